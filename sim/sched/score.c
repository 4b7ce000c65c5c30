/* score.c - the node with the lowest score for a task, without rescoring the fleet. */
#include "sched/score.h"

#include "sched/placeable.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/digest.h"
#include <string.h>

#define FAN 16 /* children per inner node: as many minima as a cache line holds */
#define EMPTY UINT32_MAX

/* ---- task classes ---- */

struct task_view score_task(const struct request *r, uint32_t gpus)
{
    return (struct task_view){.cpu_milli = r->cpu_milli,
                              .memory_mib = r->memory_mib,
                              .types = gpus ? r->types : 0,
                              .gpus = gpus,
                              .milli = r->share_milli ? r->share_milli : 1000};
}

static bool same_task(const struct task_view *x, const struct task_view *y)
{
    return x->cpu_milli == y->cpu_milli && x->memory_mib == y->memory_mib && x->types == y->types &&
           x->gpus == y->gpus && x->milli == y->milli;
}

/* Where the task is or would be in the table of classes. */
static uint32_t *find_slot(const struct score *s, const struct task_view *t)
{
    uint64_t h = digest_mix((uint64_t)t->cpu_milli * 31 + (uint64_t)t->memory_mib) ^
                 digest_mix(t->types * 31 + (uint64_t)t->gpus * 1024 + t->milli);
    uint32_t at = (uint32_t)h & (s->slots - 1);

    while (s->slot[at] != EMPTY && !same_task(&s->task[s->slot[at]].task, t))
        at = (at + 1) & (s->slots - 1);
    return &s->slot[at];
}

static void add_tasks(struct score *s, const struct job_set *jobs, struct arena *a)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < jobs->n_requests; i++)
        most += jobs->requests[i].n_groups;
    for (s->slots = 16; s->slots < 2 * most;)
        s->slots *= 2;
    s->slot = ARENA_ARRAY(a, uint32_t, s->slots);
    memset(s->slot, 0xff, s->slots * sizeof *s->slot);
    s->task = ARENA_ARRAY(a, struct score_class, most + 1);
    for (uint32_t i = 0; i < jobs->n_requests; i++) {
        const struct request *r = &jobs->requests[i];
        for (uint32_t g = 0; g < r->n_groups; g++) {
            struct task_view t = score_task(r, jobs->groups[r->first_group + g].gpus);
            uint32_t *at = find_slot(s, &t);
            if (*at == EMPTY) {
                *at = s->n_tasks;
                s->task[s->n_tasks++] = (struct score_class){t, EMPTY};
            }
        }
    }
}

void score_mix(struct fragmentation_mix *m, const struct job_set *jobs, uint32_t coverage,
               uint32_t n_types, struct arena *a)
{
    uint64_t *count = ARENA_ARRAY(a, uint64_t, jobs->n_requests + 1);
    struct fragmentation_task *list;
    uint32_t n = 0;

    for (uint32_t i = 0; !jobs->known_jobs && i < jobs->n; i++)
        count[jobs->specs[i].request]++;
    if (jobs->known_jobs)
        memcpy(count, jobs->known_jobs, jobs->n_requests * sizeof *count);
    for (uint32_t i = 0; i < jobs->n_requests; i++)
        n += jobs->requests[i].n_groups;
    list = ARENA_ARRAY(a, struct fragmentation_task, n + 1);
    n = 0;
    for (uint32_t i = 0; i < jobs->n_requests; i++) {
        const struct request *r = &jobs->requests[i];
        for (uint32_t g = 0; g < r->n_groups; g++) {
            const struct job_group *group = &jobs->groups[r->first_group + g];
            list[n++] = (struct fragmentation_task){score_task(r, group->gpus),
                                                    count[i] * group->replicas, NULL};
        }
    }
    fragmentation_mix_build(m, a, list, n, coverage, n_types);
}

/* ---- set-up ---- */

void score_init(struct score *s, struct occupancy *o, const struct job_set *jobs,
                const struct policy_part *part, const struct fragmentation_mix *mix,
                const uint32_t *rank, struct arena *a)
{
    uint32_t n = o->topo->n_nodes, width = n;

    memset(s, 0, sizeof *s);
    s->occ = o;
    s->part = part;
    s->mix = mix;
    change_log_init(&s->log, n, a);
    o->changed = &s->log;
    if (rank) {
        s->rank = ARENA_ARRAY(a, uint32_t, n);
        s->at_rank = ARENA_ARRAY(a, uint32_t, n);
        for (uint32_t i = 0; i < n; i++) {
            s->rank[i] = rank[i];
            s->at_rank[rank[i]] = i;
        }
    }
    s->kind = ARENA_ARRAY(a, uint8_t, o->topo->n_gpus + 1);
    s->node = ARENA_ARRAY(a, struct score_node, n);
    for (uint32_t i = 0; i < n; i++)
        s->node[i].at = UINT64_MAX;
    s->whole = ARENA_ARRAY(a, uint16_t, o->topo->max_node_gpus + 1);
    add_tasks(s, jobs, a);
    for (;;) {
        width = (width + FAN - 1) / FAN * FAN;
        s->level_at[s->levels++] = s->tree_size;
        s->tree_size += width;
        if (width == FAN)
            break;
        width /= FAN;
    }
    s->n_trees = (uint32_t)(SCORE_ROOM / (s->tree_size * sizeof *s->minima));
    s->n_trees = s->n_trees > s->n_tasks ? s->n_tasks : s->n_trees;
    s->n_trees = s->n_trees ? s->n_trees : 1;
    s->tree = ARENA_ARRAY(a, struct score_tree, s->n_trees);
    s->minima = ARENA_ARRAY(a, int32_t, (size_t)s->n_trees * s->tree_size);
    for (uint32_t i = 0; i < s->n_trees; i++)
        s->tree[i].of = EMPTY;
}

/* ---- one node ---- */

static void gather(struct score *s, uint32_t node)
{
    const struct occupancy *o = s->occ;
    const struct topology *t = o->topo;
    const uint8_t *kind = s->kind + t->first_gpu[node];
    struct score_node *n = &s->node[node];
    struct node_view *v = &n->view;
    uint16_t gpus = (uint16_t)(t->gpus[node] - t->gpus_down[node]);
    uint16_t *to = gpus > SCORE_DEVICES ? s->whole : n->left;

    n->at = s->log.node[node].at;
    *v = placeable_view(o, node, to);
    for (uint32_t i = 0; i < v->gpus; i++)
        v->kinds |= kind[i];
}

/* Nodes with many devices are gathered anew every time, for they share the scratch. */
static const struct node_view *look(struct score *s, uint32_t node)
{
    struct score_node *n = &s->node[node];

    if (n->at != s->log.node[node].at || n->view.gpus > SCORE_DEVICES)
        gather(s, node);
    return &n->view;
}

struct node_view score_view(struct score *s, uint32_t node)
{
    return *look(s, node);
}

int64_t score_of(struct score *s, const struct task_view *task, uint32_t node, uint32_t *device)
{
    const struct node_view *v = look(s, node);

    if (!node_view_fits(v, task))
        return SCORE_NONE;
    s->scored++;
    return s->part->score(s->mix, v, task, device);
}

void score_taken(struct score *s, const struct held *h, uint32_t kind)
{
    uint8_t *of = s->kind + s->occ->topo->first_gpu[h->node] + occupancy_base(h);

    for (uint64_t m = h->mask; m; m &= m - 1)
        of[bits_lowest(m)] = (uint8_t)(1u << kind);
    change_log_add(&s->log, h->node);
}

void score_given_back(struct score *s, const struct held *h)
{
    const struct occupancy *o = s->occ;
    uint32_t first = o->topo->first_gpu[h->node] + occupancy_base(h);

    for (uint64_t m = h->mask; m; m &= m - 1)
        if (!o->left || o->left[first + bits_lowest(m)] == 1000)
            s->kind[first + bits_lowest(m)] = 0;
    change_log_add(&s->log, h->node);
}

/* ---- trees ---- */

static int32_t least(const int32_t *of)
{
    int32_t m = of[0];

    for (int i = 1; i < FAN; i++)
        m = of[i] < m ? of[i] : m;
    return m;
}

static void set_leaf(const struct score *s, int32_t *minima, uint32_t at, int32_t score)
{
    int32_t was = minima[at];

    minima[at] = score;
    for (uint32_t level = 1; level < s->levels && was != score; level++) {
        int32_t *up = minima + s->level_at[level] + at / FAN;
        int32_t now = *up;
        if (score < now)
            now = score;
        else if (was == now)
            now = least(minima + s->level_at[level - 1] + at / FAN * FAN);
        was = *up;
        *up = score = now;
        at /= FAN;
    }
}

static uint32_t rank_of(const struct score *s, uint32_t node)
{
    return s->rank ? s->rank[node] : node;
}

/* The score as a tree keeps it. */
static int32_t leaf(struct score *s, const struct task_view *task, uint32_t node)
{
    int64_t score = score_of(s, task, node, NULL);

    debug_check(score == SCORE_NONE || (score < SCORE_MOST && score > -SCORE_MOST));
    return score == SCORE_NONE ? SCORE_MOST : (int32_t)score;
}

static void build(struct score *s, const struct task_view *task, int32_t *minima)
{
    uint32_t n = s->occ->topo->n_nodes;

    for (uint32_t i = 0; i < s->tree_size; i++)
        minima[i] = SCORE_MOST;
    for (uint32_t i = 0; i < n; i++)
        minima[rank_of(s, i)] = leaf(s, task, i);
    for (uint32_t level = 1; level < s->levels; level++)
        for (uint32_t i = s->level_at[level], from = s->level_at[level - 1];
             from < s->level_at[level]; i++, from += FAN)
            minima[i] = least(minima + from);
}

/* Score again what changed since. In batches: what a batch needs is asked of memory before it is used, which
 * halves the time on fleets whose trees do not fit the cache. */
static void catch_up(struct score *s, const struct task_view *task, uint64_t seen, int32_t *minima)
{
    uint32_t batch[64], n;
    uint32_t at = change_log_first(&s->log);

    do {
        for (n = 0; n < 64 && change_log_since(&s->log, at, seen); at = s->log.node[at].older) {
            __builtin_prefetch(&minima[rank_of(s, at)]);
            __builtin_prefetch(&s->node[at]);
            batch[n++] = at;
        }
        for (uint32_t i = 0; i < n; i++)
            set_leaf(s, minima, rank_of(s, batch[i]), leaf(s, task, batch[i]));
    } while (n == 64);
}

/* A tree for a class that has none. */
static uint32_t claim(struct score *s, uint32_t class)
{
    uint32_t oldest = 0;

    for (uint32_t i = 0; i < s->n_trees; i++)
        if (s->tree[i].used < s->tree[oldest].used)
            oldest = i;
    if (s->tree[oldest].of != EMPTY)
        s->task[s->tree[oldest].of].tree = EMPTY;
    s->tree[oldest].of = class;
    s->task[class].tree = oldest;
    return oldest;
}

uint32_t score_best(struct score *s, const struct task_view *task, int64_t *score)
{
    uint32_t class = *find_slot(s, task), at = 0;
    struct score_class *c;
    struct score_tree *t;
    int32_t *minima, best;

    if (class == EMPTY)
        return score_rescan(s, task, score);
    c = &s->task[class];
    if (c->tree == EMPTY) {
        minima = s->minima + (size_t)claim(s, class) * s->tree_size;
        build(s, task, minima);
    } else {
        minima = s->minima + (size_t)c->tree * s->tree_size;
        catch_up(s, task, s->tree[c->tree].seen, minima);
    }
    t = &s->tree[c->tree];
    t->seen = s->log.changes;
    t->used = ++s->asked;
    best = least(minima + s->level_at[s->levels - 1]);
    *score = best == SCORE_MOST ? SCORE_NONE : best;
    if (best == SCORE_MOST)
        return NODE_NONE;
    for (uint32_t level = s->levels; level-- > 0;) {
        const int32_t *of = minima + s->level_at[level];
        for (at *= FAN; of[at] != best;)
            at++;
    }
    return s->at_rank ? s->at_rank[at] : at;
}

uint32_t score_rescan(struct score *s, const struct task_view *task, int64_t *score)
{
    uint32_t n = s->occ->topo->n_nodes, best = NODE_NONE;

    *score = SCORE_NONE;
    for (uint32_t i = 0; i < n; i++) {
        int64_t here = score_of(s, task, i, NULL);
        if (here < *score ||
            (here == *score && best != NODE_NONE && rank_of(s, i) < rank_of(s, best))) {
            *score = here;
            best = i;
        }
    }
    return best;
}
