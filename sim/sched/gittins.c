/* gittins.c - Gittins index from samples, by the upper hull of their total-time-on-test points. */
#include "sched/gittins.h"

#include "base/check.h"

void gittins_init(struct gittins *g, uint32_t room, int64_t delta, int64_t quantum, struct arena *a)
{
    check(room < UINT32_C(1) << 31 && delta >= 0 && quantum >= 1);
    *g = (struct gittins){.room = room, .delta = delta, .quantum = quantum};
    g->sample = ARENA_ARRAY(a, int64_t, room);
    g->sum = ARENA_ARRAY(a, wide_t, (size_t)room + 1);
    g->next = ARENA_ARRAY(a, uint32_t, (size_t)room + 1);
}

void gittins_add(struct gittins *g, int64_t service)
{
    check(service >= 0);
    if (g->n < g->room)
        g->sample[g->n++] = service;
}

/* ---- the table ---- */

static void sift(int64_t *s, uint32_t at, uint32_t n)
{
    int64_t v = s[at];

    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && s[child + 1] > s[child])
            child++;
        if (s[child] <= v)
            break;
        s[at] = s[child];
    }
    s[at] = v;
}

/* By heap: qsort() may allocate. */
static void sort(int64_t *s, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift(s, i, n);
    while (n > 1) {
        int64_t most = s[0];
        s[0] = s[--n];
        s[n] = most;
        sift(s, 0, n);
    }
}

/* Abscissa of a point: the service all samples together receive when each is served up to sample k - 1. */
static wide_t across(const struct gittins *g, uint32_t k)
{
    return k ? g->sum[k] + (wide_t)(g->n_built - k) * g->sample[k - 1] : 0;
}

/* Is point b seen from (x, i) at least as steeply as point a? Both lie to the right and above. */
static bool steeper(const struct gittins *g, wide_t x, uint32_t i, uint32_t b, uint32_t a)
{
    return (wide_t)(b - i) * (across(g, a) - x) >= (wide_t)(a - i) * (across(g, b) - x);
}

void gittins_build(struct gittins *g)
{
    uint32_t n = g->n_built = g->n;

    sort(g->sample, n);
    for (uint32_t i = 0; i < n; i++)
        g->sum[i + 1] = g->sum[i] + g->sample[i];
    g->next[n] = n;
    for (uint32_t i = n; i-- > 0;) {
        uint32_t to = i + 1;
        wide_t x = across(g, i);
        while (to != n && steeper(g, x, i, g->next[to], to))
            to = g->next[to];
        g->next[i] = to;
    }
}

bool gittins_learn(struct gittins *g, int64_t service, uint32_t first)
{
    gittins_add(g, service);
    if (g->n == g->n_built || g->n < first || g->n / 2 < g->n_built)
        return false;
    gittins_build(g);
    return true;
}

/* ---- looking up ---- */

/* Samples that are at most `service`. */
static uint32_t rank(const struct gittins *g, int64_t service)
{
    uint32_t low = 0, high = g->n_built;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (g->sample[mid] <= service)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int64_t per_completion(wide_t service, uint32_t completions)
{
    wide_t key = service / completions;

    return key < GITTINS_LAST ? (int64_t)key : GITTINS_LAST - 1;
}

static int64_t key_fixed(const struct gittins *g, int64_t a, uint32_t i)
{
    int64_t end = a < INT64_MAX - g->delta ? a + g->delta : INT64_MAX;
    uint32_t j = rank(g, end);
    wide_t service = g->sum[j] - g->sum[i] - (wide_t)(j - i) * a;

    if (j == i)
        return GITTINS_LAST;
    return per_completion(service + (wide_t)(g->n_built - j) * g->delta, j - i);
}

static int64_t key_best(const struct gittins *g, int64_t a, uint32_t i)
{
    wide_t x = g->sum[i] + (wide_t)(g->n_built - i) * a;
    uint32_t to = i + 1;

    while (to != g->n_built && steeper(g, x, i, g->next[to], to))
        to = g->next[to];
    return per_completion(across(g, to) - x, to - i);
}

int64_t gittins_key(const struct gittins *g, int64_t service)
{
    int64_t a = service / g->quantum * g->quantum;
    uint32_t i = rank(g, a);

    if (i == g->n_built)
        return GITTINS_LAST;
    return g->delta ? key_fixed(g, a, i) : key_best(g, a, i);
}

int64_t gittins_next(const struct gittins *g, int64_t service)
{
    int64_t times = service / g->quantum + 1;

    if (rank(g, service / g->quantum * g->quantum) == g->n_built ||
        times > (GITTINS_LAST - 1) / g->quantum)
        return GITTINS_LAST;
    return times * g->quantum;
}

void gittins_state(struct gittins *g, struct state *s)
{
    uint32_t n = g->n, built = g->n_built;

    state_count(s, &n, g->room, 8);
    state_index(s, &built, n);
    for (uint32_t i = 0; i < n; i++) {
        state_i64(s, &g->sample[i]);
        if (!state_require(s, g->sample[i] >= 0))
            return;
    }
    if (!s->loading)
        return;
    g->n = built;
    gittins_build(g);
    g->n = n;
}
