/* decided.c - decisions in order, to compare what two sides decided. */
#include "host/decided.h"

#include "host/journal.h"
#include <string.h>

bool decided_moves(uint16_t kind)
{
    return kind == BERTH_DO_START || kind == BERTH_DO_PREEMPT || kind == BERTH_DO_MIGRATE ||
           kind == BERTH_DO_REJECT || kind == BERTH_DO_HOLD || kind == BERTH_DO_UNHOLD;
}

void decided_clear(struct decided *s)
{
    s->all.n = s->pieces.n = s->mark = s->mark_pieces = 0;
}

void decided_free(struct decided *s)
{
    VEC_FREE(&s->all);
    VEC_FREE(&s->pieces);
}

void decided_add(struct decided *s, berth_time now, const struct berth_decision *d, uint64_t key,
                 uint16_t refused, size_t offset)
{
    struct decided_one one = {.now = now,
                              .is = *d,
                              .key = key,
                              .refused = refused,
                              .first = s->pieces.n,
                              .offset = offset};

    if (!s->exactly && (refused || !decided_moves(d->kind)))
        return;
    if (!journal_has_pieces(d->kind, refused))
        one.is.n_pieces = 0;
    one.is.pieces = NULL; /* they move as the list grows */
    for (uint32_t i = 0; i < one.is.n_pieces; i++)
        VEC_PUSH(&s->pieces, d->pieces[i]);
    VEC_PUSH(&s->all, one);
}

void decided_transaction(struct decided *s, berth_time now, char what, size_t offset)
{
    if (s->exactly) {
        VEC_PUSH(&s->all, (struct decided_one){.now = now,
                                               .is = {.arg = what},
                                               .key = UINT64_MAX,
                                               .first = s->pieces.n,
                                               .offset = offset});
    } else if (what == 'b') {
        s->mark = s->all.n;
        s->mark_pieces = s->pieces.n;
    } else if (what == 'r') {
        s->all.n = s->mark;
        s->pieces.n = s->mark_pieces;
    }
}

static bool same_pieces(const struct decided *a, const struct decided_one *x,
                        const struct decided *b, const struct decided_one *y)
{
    if (x->is.n_pieces != y->is.n_pieces)
        return false;
    for (uint32_t i = 0; i < x->is.n_pieces; i++) {
        const struct berth_piece *p = &a->pieces.at[x->first + i], *q = &b->pieces.at[y->first + i];
        if (p->node != q->node || p->base != q->base || p->milli != q->milli || p->mask != q->mask)
            return false;
    }
    return true;
}

bool decided_same(const struct decided *a, size_t i, const struct decided *b, size_t k)
{
    const struct decided_one *x, *y;

    if (i >= a->all.n || k >= b->all.n)
        return i >= a->all.n && k >= b->all.n;
    x = &a->all.at[i];
    y = &b->all.at[k];
    if (x->now != y->now || x->is.kind != y->is.kind || x->key != y->key ||
        x->refused != y->refused || x->is.arg != y->is.arg || !same_pieces(a, x, b, y))
        return false;
    return !a->exactly || (x->is.reason == y->is.reason && x->is.cookie == y->is.cookie &&
                           x->is.at == y->is.at && x->is.job == y->is.job);
}
