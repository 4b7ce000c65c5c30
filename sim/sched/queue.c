/* queue.c - pending jobs in policy order, grouped by request class. */
#include "sched/queue.h"

void queue_init(struct queue *q, const struct job_set *jobs, bool knows_least, struct arena *a)
{
    *q = (struct queue){.jobs = jobs, .knows_least = knows_least};
    q->class = ARENA_ARRAY(a, struct queue_class, jobs->n_requests + 1);
    q->heap = ARENA_ARRAY(a, uint32_t, jobs->n_requests + 1);
    for (uint32_t i = 0; i < jobs->n_requests; i++)
        q->class[i] = (struct queue_class){JOB_NONE, JOB_NONE, 0, UINT32_MAX};
}

/* ---- the treap of one class: heap order by a hash of the job, so its shape depends on the set of
 * jobs alone. An odd multiplier is a bijection, so there are no ties; 2^32 / golden ratio spreads the
 * running numbers of a class evenly (Knuth, volume 3, 6.4). ---- */

static inline bool above(uint32_t a, uint32_t b)
{
    return a * UINT32_C(2654435769) > b * UINT32_C(2654435769);
}

static inline void refresh(const struct queue *q, uint32_t at)
{
    struct queue_link *l = q->link;
    ns_t least = l[at].estimate;

    if (!q->knows_least)
        return;
    if (l[at].left != JOB_NONE && l[l[at].left].least < least)
        least = l[l[at].left].least;
    if (l[at].right != JOB_NONE && l[l[at].right].least < least)
        least = l[l[at].right].least;
    l[at].least = least;
}

static void split(struct queue *q, uint32_t root, uint32_t job, uint32_t *low, uint32_t *high)
{
    if (root == JOB_NONE) {
        *low = *high = JOB_NONE;
    } else if (queue_before(q, root, job)) {
        split(q, q->link[root].right, job, &q->link[root].right, high);
        refresh(q, root);
        *low = root;
    } else {
        split(q, q->link[root].left, job, low, &q->link[root].left);
        refresh(q, root);
        *high = root;
    }
}

static uint32_t merge(struct queue *q, uint32_t low, uint32_t high)
{
    if (low == JOB_NONE || high == JOB_NONE)
        return low == JOB_NONE ? high : low;
    if (above(low, high)) {
        q->link[low].right = merge(q, q->link[low].right, high);
        refresh(q, low);
        return low;
    }
    q->link[high].left = merge(q, low, q->link[high].left);
    refresh(q, high);
    return high;
}

static uint32_t insert(struct queue *q, uint32_t root, uint32_t job)
{
    if (root == JOB_NONE)
        return job;
    if (above(job, root)) {
        split(q, root, job, &q->link[job].left, &q->link[job].right);
        refresh(q, job);
        return job;
    }
    if (queue_before(q, job, root))
        q->link[root].left = insert(q, q->link[root].left, job);
    else
        q->link[root].right = insert(q, q->link[root].right, job);
    refresh(q, root);
    return root;
}

static uint32_t erase(struct queue *q, uint32_t root, uint32_t job)
{
    if (root == job)
        return merge(q, q->link[job].left, q->link[job].right);
    if (queue_before(q, job, root))
        q->link[root].left = erase(q, q->link[root].left, job);
    else
        q->link[root].right = erase(q, q->link[root].right, job);
    refresh(q, root);
    return root;
}

/* ---- the heap of classes ---- */

static bool earlier(const struct queue *q, uint32_t a, uint32_t b)
{
    return queue_before(q, q->class[a].first, q->class[b].first);
}

static void put(struct queue *q, uint32_t at, uint32_t class)
{
    q->heap[at] = class;
    q->class[class].place = at;
}

static void sink(struct queue *q, uint32_t at)
{
    uint32_t class = q->heap[at];

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= q->n_heap)
            break;
        if (child + 1 < q->n_heap && earlier(q, q->heap[child + 1], q->heap[child]))
            child++;
        if (!earlier(q, q->heap[child], class))
            break;
        put(q, at, q->heap[child]);
        at = child;
    }
    put(q, at, class);
}

static void sift(struct queue *q, uint32_t at)
{
    uint32_t class = q->heap[at];

    while (at && earlier(q, class, q->heap[(at - 1) / 2])) {
        put(q, at, q->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(q, at, class);
    sink(q, at);
}

void queue_add(struct queue *q, uint32_t job, int64_t key, uint64_t seq, ns_t estimate)
{
    uint32_t request = q->jobs->specs[job].request;
    struct queue_class *c = &q->class[request];

    q->link[job] = (struct queue_link){key, seq, estimate, estimate, JOB_NONE, JOB_NONE, true};
    c->root = insert(q, c->root, job);
    q->n++;
    q->demand_milli += q->jobs->requests[request].demand_milli;
    if (!c->n++) {
        c->first = job;
        q->heap[q->n_heap] = request;
        sift(q, q->n_heap++);
    } else if (queue_before(q, job, c->first)) {
        c->first = job;
        sift(q, c->place);
    }
}

void queue_remove(struct queue *q, uint32_t job)
{
    uint32_t request = q->jobs->specs[job].request, at;
    struct queue_class *c = &q->class[request];

    c->root = erase(q, c->root, job);
    q->link[job].pending = false;
    q->n--;
    q->demand_milli -= q->jobs->requests[request].demand_milli;
    if (!--c->n) {
        uint32_t last = q->heap[--q->n_heap];
        if (last != request) {
            uint32_t place = c->place;
            put(q, place, last);
            sift(q, place);
        }
        c->first = JOB_NONE;
        c->place = UINT32_MAX;
    } else if (c->first == job) {
        for (at = c->root; q->link[at].left != JOB_NONE;)
            at = q->link[at].left;
        c->first = at;
        sift(q, c->place);
    }
}

void queue_rekey(struct queue *q, uint32_t job, int64_t key)
{
    uint64_t seq = q->link[job].seq;
    ns_t estimate = q->link[job].estimate;

    if (key == q->link[job].key)
        return;
    queue_remove(q, job);
    queue_add(q, job, key, seq, estimate);
}

void queue_owner_moved(struct queue *q)
{
    /* Downwards only: what rises into a part that is not in order yet would leave another part so. */
    for (uint32_t i = q->n_heap / 2; i-- > 0;)
        sink(q, i);
}

int queue_owners(const struct queue *q, uint32_t a, uint32_t b)
{
    uint32_t x = q->jobs->requests[q->jobs->specs[a].request].tenant,
             y = q->jobs->requests[q->jobs->specs[b].request].tenant;

    if (x == y)
        return 0;
    x = x < q->drf->n ? x : q->drf->n - 1; /* nobody's jobs are the last owner's */
    y = y < q->drf->n ? y : q->drf->n - 1;
    return drf_compare(q->drf->owner[x].share, q->drf->owner[y].share);
}

uint32_t queue_after(const struct queue *q, uint32_t request, uint32_t job)
{
    uint32_t at = q->class[request].root, best = JOB_NONE;

    while (at != JOB_NONE)
        if (queue_before(q, job, at)) {
            best = at;
            at = q->link[at].left;
        } else {
            at = q->link[at].right;
        }
    return best;
}

uint32_t queue_short(const struct queue *q, uint32_t request, uint32_t from, ns_t most)
{
    uint32_t at = q->class[request].root, tree = JOB_NONE;

    /* The deepest node on the way to `from` whose right side, or itself, may answer. */
    while (at != JOB_NONE && q->link[at].least <= most) {
        bool in = from == JOB_NONE || !queue_before(q, at, from);
        if (!in) {
            at = q->link[at].right;
            continue;
        }
        /* `at` is a candidate; something smaller may be to the left. */
        if (q->link[at].estimate <= most ||
            (q->link[at].right != JOB_NONE && q->link[q->link[at].right].least <= most))
            tree = at;
        at = q->link[at].left;
    }
    if (tree == JOB_NONE)
        return JOB_NONE;
    if (q->link[tree].estimate <= most)
        return tree;
    for (at = q->link[tree].right;;) {
        uint32_t left = q->link[at].left;
        if (left != JOB_NONE && q->link[left].least <= most)
            at = left;
        else if (q->link[at].estimate <= most)
            return at;
        else
            at = q->link[at].right;
    }
}

void queue_state_classes(struct queue *q, struct state *s)
{
    state_same(s, q->n_heap);
    for (uint32_t i = 0; i < q->n_heap && !s->broken; i++) {
        uint32_t class = q->heap[i], there = 0;
        state_index(s, &class, q->jobs->n_requests - 1);
        if (!state_require(s, q->class[class].n > 0))
            return;
        /* Exchange: what is not at its place yet lies further on. */
        there = q->class[class].place;
        if (!state_require(s, there >= i))
            return;
        put(q, there, q->heap[i]);
        put(q, i, class);
    }
}
