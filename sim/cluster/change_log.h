/* change_log.h - which nodes changed since a reader last looked: the nodes in order of their last change.
 *
 * A node is in the log once, so it never grows and a reader that comes late reads every node at most
 * once. Readers keep the number of the last change they have seen. */
#ifndef BERTH_CLUSTER_CHANGE_LOG_H
#define BERTH_CLUSTER_CHANGE_LOG_H

#include "base/arena.h"
#include <stdint.h>

struct change {
    uint64_t at; /* number of the last change, 0 = never */
    uint32_t newer, older;
};

struct change_log {
    struct change *node; /* and one more: the ends of the list */
    uint32_t n;
    uint64_t changes;
};

/* For n nodes, none changed. */
void change_log_init(struct change_log *l, uint32_t n, struct arena *a);

/* The node changed. */
static inline void change_log_add(struct change_log *l, uint32_t node)
{
    struct change *c = &l->node[node], *end = &l->node[l->n];

    c->at = ++l->changes;
    if (end->older == node)
        return;
    l->node[c->newer].older = c->older;
    l->node[c->older].newer = c->newer;
    c->newer = l->n;
    c->older = end->older;
    l->node[end->older].newer = node;
    end->older = node;
}

/* Walk from the newest: for (i = change_log_first(l); change_log_since(l, i, seen); i = l->node[i].older). */
static inline uint32_t change_log_first(const struct change_log *l)
{
    return l->node[l->n].older;
}
static inline int change_log_since(const struct change_log *l, uint32_t node, uint64_t seen)
{
    return node != l->n && l->node[node].at > seen;
}

#endif
