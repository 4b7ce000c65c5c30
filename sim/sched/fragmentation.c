/* fragmentation.c - how much idle GPU a target workload cannot use. */
#include "sched/fragmentation.h"

#include "base/check.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CPU_BUCKETS 256 /* first guesses at a CPU rank */

/* ---- the mix ---- */

static int descending(uint64_t x, uint64_t y)
{
    return (x < y) - (x > y);
}

static int by_shape(const struct fragmentation_task *x, const struct fragmentation_task *y)
{
    int c = descending((uint64_t)x->task.cpu_milli, (uint64_t)y->task.cpu_milli);

    c = c ? c : descending(x->task.milli, y->task.milli);
    c = c ? c : descending(x->task.gpus, y->task.gpus);
    c = c ? c : strcmp(y->accepts, x->accepts);
    return c ? c : descending(x->task.types, y->task.types);
}

static int compare_shapes(const void *a, const void *b)
{
    return by_shape(a, b);
}

static int compare_counts(const void *a, const void *b)
{
    const struct fragmentation_task *x = a, *y = b;
    int c = descending(x->count, y->count);

    return c ? c : by_shape(x, y);
}

static void keep_popular(struct fragmentation_mix *m, struct arena *a,
                         const struct fragmentation_task *list, uint32_t n, uint32_t coverage)
{
    uint32_t merged = 0;

    m->task = ARENA_ARRAY(a, struct fragmentation_task, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct fragmentation_task *t = &m->task[i];
        *t = list[i];
        check(t->task.gpus <= 1 || t->task.milli == 1000);
        t->task.memory_mib = 0;
        if (!t->accepts)
            t->accepts = "";
        if (!t->task.gpus) {
            t->task.milli = 0;
            t->task.types = 0;
            t->accepts = "";
        }
        m->total += t->count;
    }
    qsort(m->task, n, sizeof *m->task, compare_shapes);
    for (uint32_t i = 0; i < n; i++)
        if (merged && !by_shape(&m->task[merged - 1], &m->task[i]))
            m->task[merged - 1].count += m->task[i].count;
        else
            m->task[merged++] = m->task[i];
    qsort(m->task, merged, sizeof *m->task, compare_counts);
    while (m->n < merged && m->kept * 100 < m->total * coverage)
        m->kept += m->task[m->n++].count;
    m->popularity = ARENA_ARRAY(a, double, m->n + 1);
    for (uint32_t i = 0; i < m->n; i++)
        m->popularity[i] =
            ((double)m->task[i].count / (double)m->total) / ((double)m->kept / (double)m->total);
}

/* Put a value into an ascending list without repeats; the new length. */
static uint32_t insert(int64_t *list, uint32_t n, int64_t value)
{
    uint32_t at = n;

    while (at && list[at - 1] > value)
        at--;
    if (at && list[at - 1] == value)
        return n;
    memmove(list + at + 1, list + at, (n - at) * sizeof *list);
    list[at] = value;
    return n + 1;
}

/* How many CPU requests of the mix the free CPU serves. */
static uint32_t cpu_rank(const struct fragmentation_mix *m, int64_t free)
{
    uint64_t bucket = free < 0 ? 0 : (uint64_t)free >> m->cpu_shift;
    uint32_t rank = m->cpu_bucket[bucket < CPU_BUCKETS ? bucket : CPU_BUCKETS - 1];

    while (rank < m->n_cpu && m->cpu[rank] <= free)
        rank++;
    return rank;
}

static uint32_t size_rank(const struct fragmentation_mix *m, uint32_t whole)
{
    uint32_t rank = 0;

    while (rank < m->n_size && m->size[rank] <= whole)
        rank++;
    return rank;
}

static const int64_t *on_one(const struct fragmentation_mix *m, uint8_t type, uint32_t cpu)
{
    return m->on_one + ((size_t)type * (m->n_cpu + 1) + cpu) * (m->n_milli + 1);
}

static const int64_t *on_many(const struct fragmentation_mix *m, uint8_t type, uint32_t cpu)
{
    return m->on_many + ((size_t)type * (m->n_cpu + 1) + cpu) * (m->n_size + 1);
}

static void rank_values(struct fragmentation_mix *m, struct arena *a)
{
    int64_t *list = ARENA_ARRAY(a, int64_t, m->n + 1);

    m->cpu = ARENA_ARRAY(a, int64_t, m->n + 1);
    m->milli = ARENA_ARRAY(a, uint16_t, m->n + 1);
    m->size = ARENA_ARRAY(a, uint16_t, m->n + 1);
    for (uint32_t i = 0; i < m->n; i++)
        m->n_cpu = insert(m->cpu, m->n_cpu, m->task[i].task.cpu_milli);
    while (m->n_cpu && m->cpu[m->n_cpu - 1] >> m->cpu_shift >= CPU_BUCKETS)
        m->cpu_shift++;
    m->cpu_bucket = ARENA_ARRAY(a, uint32_t, CPU_BUCKETS);
    for (uint32_t b = 1; b < CPU_BUCKETS; b++) {
        m->cpu_bucket[b] = m->cpu_bucket[b - 1];
        while (m->cpu_bucket[b] < m->n_cpu && m->cpu[m->cpu_bucket[b]] <= (int64_t)b
                                                                              << m->cpu_shift)
            m->cpu_bucket[b]++;
    }
    for (uint32_t i = 0; i < m->n; i++)
        if (m->task[i].task.gpus)
            m->n_milli = insert(list, m->n_milli, m->task[i].task.milli);
    for (uint32_t i = 0; i < m->n_milli; i++)
        m->milli[i] = (uint16_t)list[i];
    for (uint32_t i = 0; i < m->n; i++)
        if (m->task[i].task.gpus > 1)
            m->n_size = insert(list, m->n_size, m->task[i].task.gpus);
    for (uint32_t i = 0; i < m->n_size; i++)
        m->size[i] = (uint16_t)list[i];
    for (uint32_t g = 0, rank = 0; g <= 1000; g++) {
        while (rank < m->n_milli && m->milli[rank] <= g)
            rank++;
        m->milli_rank[g] = (uint16_t)rank;
    }
}

static void sum_weights(struct fragmentation_mix *m, struct arena *a)
{
    m->on_one = ARENA_ARRAY(a, int64_t, (size_t)m->n_types * (m->n_cpu + 1) * (m->n_milli + 1) + 1);
    m->on_many = ARENA_ARRAY(a, int64_t, (size_t)m->n_types * (m->n_cpu + 1) * (m->n_size + 1) + 1);
    for (uint32_t type = 0; type < m->n_types; type++)
        for (uint32_t i = 0; i < m->n; i++) {
            const struct task_view *t = &m->task[i].task;
            bool one = t->gpus == 1;
            if (!t->gpus || !(t->types >> type & 1))
                continue;
            for (uint32_t c = cpu_rank(m, t->cpu_milli); c <= m->n_cpu; c++) {
                uint32_t width = one ? m->n_milli : m->n_size;
                int64_t *row = (one ? m->on_one : m->on_many) +
                               ((size_t)type * (m->n_cpu + 1) + c) * (width + 1);
                for (uint32_t r = one ? m->milli_rank[t->milli] : size_rank(m, t->gpus); r <= width;
                     r++)
                    row[r] += (int64_t)m->task[i].count;
            }
        }
}

void fragmentation_mix_build(struct fragmentation_mix *m, struct arena *a,
                             const struct fragmentation_task *list, uint32_t n, uint32_t coverage,
                             uint32_t n_types)
{
    memset(m, 0, sizeof *m);
    m->n_types = n_types;
    keep_popular(m, a, list, n, coverage);
    rank_values(m, a);
    sum_weights(m, a);
}

/* ---- one node ---- */

/* Devices of a node with at least milli[r - 1] free: how many, and what is free on them; r = 0 all. */
struct levels {
    uint32_t count[1002];
    int64_t sum[1002];
    int64_t cpu_milli;
};

/* A node, with the task on it when there is one. */
static void levels_of(const struct fragmentation_mix *m, const struct node_view *node,
                      const struct task_view *task, uint32_t device, struct levels *l)
{
    uint32_t whole = task && task->gpus && task->milli == 1000 ? task->gpus : 0;

    memset(l->count, 0, (m->n_milli + 1) * sizeof *l->count);
    memset(l->sum, 0, (m->n_milli + 1) * sizeof *l->sum);
    l->cpu_milli = node->cpu_milli;
    if (task && node->cpu_milli != NODE_VIEW_ANY)
        l->cpu_milli -= task->cpu_milli;
    for (uint32_t i = 0; i < node->gpus; i++) {
        uint32_t g = node->left[i];
        if (whole && g == 1000) {
            whole--;
            g = 0;
        } else if (task && task->gpus && task->milli < 1000 && i == device) {
            g -= task->milli;
        }
        l->count[m->milli_rank[g]]++;
        l->sum[m->milli_rank[g]] += g;
    }
    for (uint32_t r = m->n_milli; r-- > 0;) {
        l->count[r] += l->count[r + 1];
        l->sum[r] += l->sum[r + 1];
    }
}

static enum fragment class_of(const struct fragmentation_mix *m, const struct task_view *t,
                              uint8_t type, const struct levels *l)
{
    bool cpu = t->cpu_milli <= l->cpu_milli;

    if (!t->gpus)
        return cpu ? FRAGMENT_CPU_ONLY_FITS : FRAGMENT_CPU_ONLY_LACKS;
    if (type >= m->n_types || !(t->types >> type & 1))
        return FRAGMENT_TYPE;
    if (l->count[m->milli_rank[t->milli]] >= t->gpus)
        return cpu ? FRAGMENT_USABLE : FRAGMENT_LACK_CPU;
    return cpu ? FRAGMENT_LACK_GPU : FRAGMENT_LACK_BOTH;
}

void fragmentation_amounts(const struct fragmentation_mix *m, const struct node_view *node,
                           int64_t out[FRAGMENTS])
{
    struct levels l;

    memset(out, 0, FRAGMENTS * sizeof *out);
    levels_of(m, node, NULL, 0, &l);
    for (uint32_t i = 0; i < m->n; i++) {
        const struct task_view *t = &m->task[i].task;
        enum fragment k = class_of(m, t, node->type, &l);
        int64_t w = (int64_t)m->task[i].count;
        if (k == FRAGMENT_USABLE) {
            int64_t usable = l.sum[m->milli_rank[t->milli]];
            out[FRAGMENT_LACK_GPU] += w * (l.sum[0] - usable);
            out[FRAGMENT_USABLE] += w * usable;
        } else {
            out[k] += w * l.sum[0];
        }
    }
}

static double published_sum(const struct fragmentation_mix *m, uint8_t type, const struct levels *l)
{
    double q[FRAGMENTS] = {0};

    for (uint32_t i = 0; i < m->n; i++) {
        const struct task_view *t = &m->task[i].task;
        enum fragment k = class_of(m, t, type, l);
        if (k == FRAGMENT_USABLE) {
            int64_t usable = l->sum[m->milli_rank[t->milli]];
            q[FRAGMENT_LACK_GPU] += m->popularity[i] * (double)(l->sum[0] - usable);
        } else {
            q[k] += m->popularity[i] * (double)l->sum[0];
        }
    }
    return ((((q[0] + q[1]) + q[3]) + q[4]) + q[5]) + q[6];
}

double fragmentation_gain_as_published(const struct fragmentation_mix *m,
                                       const struct node_view *node, const struct task_view *task,
                                       uint32_t device)
{
    struct levels before, after;
    double sum;

    levels_of(m, node, NULL, 0, &before);
    sum = published_sum(m, node->type, &before);
    if (!task->gpus) {
        if (node->cpu_milli != NODE_VIEW_ANY)
            before.cpu_milli -= task->cpu_milli;
        return sum - published_sum(m, node->type, &before);
    }
    levels_of(m, node, task, device, &after);
    return sum - published_sum(m, node->type, &after);
}

/* What is usable before and after: the part that does not depend on the device of a share. */
struct difference {
    const int64_t *one, *many; /* weights once the task has its CPU */
    int64_t gain;              /* without devices that change */
};

/* A number of completely free devices, by the tasks on several of them. */
static int64_t usable_by_many(const struct fragmentation_mix *m, const int64_t *many,
                              uint32_t whole)
{
    return 1000 * (int64_t)whole * many[size_rank(m, whole)];
}

static struct difference difference(const struct fragmentation_mix *m, const struct node_view *node,
                                    const struct task_view *task)
{
    uint32_t before = cpu_rank(m, node->cpu_milli), after = before;
    struct difference d;

    if (node->cpu_milli != NODE_VIEW_ANY)
        after = cpu_rank(m, node->cpu_milli - task->cpu_milli);
    d.one = on_one(m, node->type, after);
    d.many = on_many(m, node->type, after);
    d.gain = (int64_t)m->kept * ((int64_t)task->gpus * task->milli) -
             usable_by_many(m, on_many(m, node->type, before), node->whole);
    if (before != after) {
        const int64_t *was = on_one(m, node->type, before);
        for (uint32_t i = 0; i < node->gpus; i++) {
            uint32_t g = node->left[i], r = m->milli_rank[g];
            d.gain -= g * (was[r] - d.one[r]);
        }
    }
    return d;
}

static int64_t gain_of_whole(const struct fragmentation_mix *m, const struct difference *d,
                             const struct node_view *node, uint32_t gpus)
{
    return d->gain + usable_by_many(m, d->many, node->whole - gpus) -
           1000 * (int64_t)gpus * d->one[m->n_milli];
}

static int64_t gain_of_share(const struct fragmentation_mix *m, const struct difference *d,
                             const struct node_view *node, uint32_t milli, uint32_t free)
{
    uint32_t left = free - milli;

    return d->gain + usable_by_many(m, d->many, node->whole - (uint32_t)(free == 1000)) +
           left * d->one[m->milli_rank[left]] - free * d->one[m->milli_rank[free]];
}

int64_t fragmentation_gain(const struct fragmentation_mix *m, const struct node_view *node,
                           const struct task_view *task, uint32_t device)
{
    struct difference d;

    if (node->type >= m->n_types)
        return 0;
    d = difference(m, node, task);
    return task->milli == 1000 || !task->gpus
               ? gain_of_whole(m, &d, node, task->gpus)
               : gain_of_share(m, &d, node, task->milli, node->left[device]);
}

int64_t fragmentation_best_gain(const struct fragmentation_mix *m, const struct node_view *node,
                                const struct task_view *task)
{
    int64_t best = INT64_MIN;
    uint32_t last = 1001;
    struct difference d;

    if (node->type >= m->n_types)
        return 0;
    d = difference(m, node, task);
    if (task->milli == 1000 || !task->gpus)
        return gain_of_whole(m, &d, node, task->gpus);
    for (uint32_t i = 0; i < node->gpus; i++) {
        uint32_t free = node->left[i];
        int64_t gain;
        if (free < task->milli || free == last)
            continue;
        gain = gain_of_share(m, &d, node, task->milli, free);
        best = gain > best ? gain : best;
        last = free;
    }
    return best;
}

bool fragmentation_same_cpu(const struct fragmentation_mix *m, const struct node_view *node,
                            const struct task_view *task)
{
    return node->cpu_milli == NODE_VIEW_ANY ||
           cpu_rank(m, node->cpu_milli) == cpu_rank(m, node->cpu_milli - task->cpu_milli);
}

/* ---- a whole cluster ---- */

void fragmentation_sums_init(struct fragmentation_sums *s, uint32_t nodes, struct arena *a)
{
    memset(s, 0, sizeof *s);
    s->of = arena_alloc(a, nodes, sizeof *s->of);
    s->idle_of = ARENA_ARRAY(a, int64_t, nodes);
}

void fragmentation_sums_update(struct fragmentation_sums *s, const struct fragmentation_mix *m,
                               uint32_t number, const struct node_view *node)
{
    int64_t now[FRAGMENTS];

    fragmentation_amounts(m, node, now);
    for (int k = 0; k < FRAGMENTS; k++) {
        s->amount[k] += now[k] - s->of[number][k];
        s->of[number][k] = now[k];
    }
    s->idle += (int64_t)node->idle - s->idle_of[number];
    s->idle_of[number] = node->idle;
}
