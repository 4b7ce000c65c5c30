/* compose.c - policy text to a checked composition. */
#include "sched/compose.h"

#include "sched/registry.h"
#include <stdio.h>
#include <string.h>

struct item {
    const char *at;
    size_t n;
};

static struct diag_at at_item(const char *text, struct item i)
{
    return (struct diag_at){.file = "--policy",
                            .text = text,
                            .column = (uint32_t)(i.at - text) + 1,
                            .width = (uint32_t)(i.n ? i.n : 1)};
}

static bool same(struct item i, const char *word)
{
    return strlen(word) == i.n && !memcmp(word, i.at, i.n);
}

static const char *word(struct item i, char *to)
{
    size_t n = i.n < 63 ? i.n : 63;

    memcpy(to, i.at, n);
    to[n] = 0;
    return to;
}

/* "a, b or c" of every part name of an axis (AXES = of every axis), and the nearest to `found`. */
static const char *names_of(enum axis axis, const char *found, char *list, size_t room)
{
    const char *names[256];
    uint32_t n = 0;
    size_t used = 0;

    for (const struct policy_part *const *p = registry_parts(); *p && n < 256; p++)
        if (axis == AXES || (*p)->axis == axis)
            names[n++] = (*p)->name;
    for (uint32_t i = 0; i < n && used < room; i++)
        used += (size_t)snprintf(list + used, room - used, "%s%s",
                                 i == 0       ? ""
                                 : i + 1 == n ? " or "
                                              : ", ",
                                 names[i]);
    return diag_nearest(found, names, n);
}

static int unknown_part(struct diag *d, const char *text, struct item value, enum axis axis)
{
    char found[64], list[512] = "";
    const char *near = names_of(axis, word(value, found), list, sizeof list);

    diag_fail(d, STATUS_USAGE, at_item(text, value), "%s is '%s', expected %s%s%s%s",
              axis == AXES ? "policy" : registry_axis_name(axis), found,
              axis == AXES ? "a preset or a part, see 'berth policies'" : list,
              near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    return -1;
}

static void choose(struct composition *c, const struct policy_part *p)
{
    c->part[p->axis] = p;
    c->last = p->axis;
    for (int i = 0; i < POLICY_OPTIONS; i++)
        c->option[p->axis][i] = p->options[i].name ? p->options[i].initial : 0;
}

static int set_value(struct composition *c, enum axis axis, int which, const char *text,
                     struct item value, struct diag *d)
{
    const struct policy_option *o = &c->part[axis]->options[which];
    int64_t v;
    char found[64];
    bool ok = o->is_duration ? units_duration(value.at, value.n, &v)
                             : units_integer(value.at, value.n, &v);

    if (!ok)
        return diag_fail(d, STATUS_USAGE, at_item(text, value), "option '%s' is '%s', expected %s",
                         o->name, word(value, found),
                         o->is_duration ? "a duration such as 10m" : "a whole number");
    if (v < o->low || v > o->high)
        return diag_fail(d, STATUS_USAGE, at_item(text, value),
                         "option '%s' is %s, expected %lld to %lld", o->name, word(value, found),
                         (long long)o->low, (long long)o->high);
    c->option[axis][which] = v;
    return 0;
}

static int add_items(struct composition *c, const char *text, struct diag *d);

/* A part or preset by name, perhaps with "(value)". axis AXES = any. */
static int add_part(struct composition *c, const char *text, enum axis axis, struct item value,
                    struct diag *d)
{
    struct item name = value, first = {NULL, 0};
    const char *open = memchr(value.at, '(', value.n);

    if (open) {
        name.n = (size_t)(open - value.at);
        first = (struct item){open + 1, value.n - name.n - 1};
        if (first.n && first.at[first.n - 1] == ')')
            first.n--;
        else
            return diag_fail(d, STATUS_USAGE, at_item(text, value), "found '(' without ')'");
    }
    for (int pass = 0; pass < 2; pass++) /* presets win over parts of the same name */
        for (const struct policy_part *const *p = registry_parts(); *p; p++) {
            bool preset = (*p)->axis == AXIS_PRESET;
            if (!same(name, (*p)->name) || preset != !pass)
                continue;
            if (axis != AXES && (*p)->axis != axis)
                continue;
            if (preset) {
                if (add_items(c, (*p)->composition, d) < 0)
                    return -1;
                c->preset = *p;
                if (first.n)
                    return set_value(c, AXIS_WALK, 0, text, first, d);
                return 0;
            }
            choose(c, *p);
            if (first.n && !(*p)->options[0].name)
                return diag_fail(d, STATUS_USAGE, at_item(text, first), "'%s' takes no option",
                                 (*p)->name);
            return first.n ? set_value(c, (*p)->axis, 0, text, first, d) : 0;
        }
    return unknown_part(d, text, name, axis);
}

static int add_option(struct composition *c, const char *text, struct item key, struct item value,
                      struct diag *d)
{
    char found[64];
    const char *names[48 + AXES];
    uint32_t n = 0;
    const char *near;

    for (int axis = 0; axis < AXIS_PRESET; axis++)
        names[n++] = registry_axis_name((enum axis)axis);
    for (int k = 0; k <= AXIS_PRESET; k++) {
        enum axis axis = k ? (enum axis)(k - 1) : c->last; /* the part named last comes first */
        for (int i = 0; i < POLICY_OPTIONS && c->part[axis]->options[i].name; i++) {
            if (same(key, c->part[axis]->options[i].name))
                return set_value(c, axis, i, text, value, d);
            if (n < sizeof names / sizeof *names)
                names[n++] = c->part[axis]->options[i].name;
        }
    }
    near = diag_nearest(word(key, found), names, n);
    return diag_fail(d, STATUS_USAGE, at_item(text, key),
                     "unknown key '%s', expected an axis or an option of the parts chosen%s%s%s",
                     found, near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
}

static int add_items(struct composition *c, const char *text, struct diag *d)
{
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, ",+");
        struct item all = {at, n}, key, value;
        const char *equals = memchr(at, '=', n);
        int axis = 0, bad;

        at += n + (at[n] != 0);
        if (!all.n)
            return diag_fail(d, STATUS_USAGE, at_item(text, all),
                             "found nothing, expected a policy part");
        if (!equals) {
            if (add_part(c, text, AXES, all, d) < 0)
                return -1;
            continue;
        }
        key = (struct item){all.at, (size_t)(equals - all.at)};
        value = (struct item){equals + 1, all.n - key.n - 1};
        while (axis < AXIS_PRESET && !same(key, registry_axis_name((enum axis)axis)))
            axis++;
        bad = axis < AXIS_PRESET ? add_part(c, text, (enum axis)axis, value, d)
                                 : add_option(c, text, key, value, d);
        if (bad)
            return -1;
    }
    return 0;
}

/* What the estimate part comes down to for these jobs, and the sentence for reports. */
static int settle_estimates(struct composition *c, const struct job_set *jobs, const char *text,
                            struct diag *d)
{
    uint32_t with = 0, n = jobs ? jobs->n : 0;
    bool needed = c->part[AXIS_WALK]->needs_estimate || c->part[AXIS_ORDER]->needs_estimate;
    const char *who = c->part[AXIS_WALK]->needs_estimate ? "walk" : "order";
    const char *name =
        c->part[AXIS_WALK]->needs_estimate ? c->part[AXIS_WALK]->name : c->part[AXIS_ORDER]->name;

    for (uint32_t i = 0; i < n; i++)
        with += jobs->specs[i].limit >= 0;
    c->knowledge = c->part[AXIS_ESTIMATE]->estimate;
    c->factor_percent = c->option[AXIS_ESTIMATE][0] ? c->option[AXIS_ESTIMATE][0] : 100;
    if (c->part[AXIS_ORDER]->needs_distribution) {
        if (c->knowledge != ESTIMATE_AUTO && c->knowledge != ESTIMATE_DISTRIBUTION)
            return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--policy", .text = text},
                             "order=%s goes by the distribution of what jobs took before; use "
                             "estimate=distribution",
                             c->part[AXIS_ORDER]->name);
        c->knowledge = ESTIMATE_DISTRIBUTION;
    }
    if (c->knowledge == ESTIMATE_AUTO)
        c->knowledge = !needed ? ESTIMATE_NONE : with || !n ? ESTIMATE_LIMIT : ESTIMATE_HISTORY;
    if (needed && (c->knowledge == ESTIMATE_NONE || c->knowledge == ESTIMATE_DISTRIBUTION ||
                   (c->knowledge == ESTIMATE_LIMIT && n && !with)))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--policy", .text = text},
                         "%s=%s needs a limit or an estimate, and %s; use walk=skip, "
                         "estimate=history or estimate=exact (clairvoyant)",
                         who, name,
                         c->knowledge == ESTIMATE_LIMIT ? "the trace has no limits"
                         : c->knowledge == ESTIMATE_NONE
                             ? "estimate=none gives neither"
                             : "estimate=distribution gives none of a single job");
    switch (c->knowledge) {
    case ESTIMATE_EXACT:
        snprintf(c->estimates, sizeof c->estimates, "exact");
        break;
    case ESTIMATE_LIMIT:
        snprintf(c->estimates, sizeof c->estimates, "limit");
        break;
    case ESTIMATE_HISTORY:
        snprintf(c->estimates, sizeof c->estimates, "history");
        break;
    case ESTIMATE_DISTRIBUTION:
        snprintf(c->estimates, sizeof c->estimates, "distribution");
        return 0;
    default:
        snprintf(c->estimates, sizeof c->estimates, "none");
    }
    if (c->factor_percent != 100 && c->knowledge != ESTIMATE_NONE) {
        size_t used = strlen(c->estimates);
        snprintf(c->estimates + used, sizeof c->estimates - used, " x %lld.%02lld",
                 (long long)(c->factor_percent / 100), (long long)(c->factor_percent % 100));
    }
    if (c->knowledge == ESTIMATE_LIMIT && n && with < n) {
        size_t used = strlen(c->estimates);
        snprintf(c->estimates + used, sizeof c->estimates - used,
                 " (%u of %u jobs have none and take the largest)", n - with, n);
    }
    return 0;
}

/* Every part and option, and the estimate that was settled on. */
static void write_config(struct composition *c)
{
    static const char *const knowledge[] = {[ESTIMATE_NONE] = "none",
                                            [ESTIMATE_EXACT] = "exact",
                                            [ESTIMATE_LIMIT] = "limit",
                                            [ESTIMATE_HISTORY] = "history",
                                            [ESTIMATE_DISTRIBUTION] = "distribution"};
    size_t used = 0, room = sizeof c->config;

    for (int axis = 0; axis < AXIS_PRESET; axis++) {
        const struct policy_part *p = axis == AXIS_ESTIMATE
                                          ? registry_find(AXIS_ESTIMATE, knowledge[c->knowledge])
                                          : c->part[axis];
        used += (size_t)snprintf(c->config + used, room - used, "%s%s=%s", used ? "," : "",
                                 registry_axis_name((enum axis)axis), p->name);
        for (int i = 0; i < POLICY_OPTIONS && p->options[i].name && used < room; i++)
            used += (size_t)snprintf(c->config + used, room - used, ",%s=%lld%s",
                                     p->options[i].name, (long long)c->option[axis][i],
                                     p->options[i].is_duration ? "ns" : "");
    }
}

static void write_text(struct composition *c)
{
    size_t used = 0;

    for (int axis = 0; axis < AXIS_PRESET; axis++) {
        const struct policy_part *p = c->part[axis];
        if ((axis == AXIS_LAUNCH && !p->pod_by_pod) ||
            (axis == AXIS_DISPLACE && p->displace == DISPLACE_NONE) ||
            (axis == AXIS_SHARE && p->share == SHARE_MILLI))
            continue;
        if (axis == AXIS_ESTIMATE &&
            (c->knowledge == ESTIMATE_NONE || c->knowledge == ESTIMATE_DISTRIBUTION))
            continue;
        used += (size_t)snprintf(c->text + used, sizeof c->text - used, "%s%s=%s", used ? "," : "",
                                 registry_axis_name((enum axis)axis), p->name);
        for (int i = 0; i < POLICY_OPTIONS && p->options[i].name && used < sizeof c->text; i++)
            if (c->option[axis][i] != p->options[i].initial)
                used += (size_t)snprintf(
                    c->text + used, sizeof c->text - used, ",%s=%lld%s", p->options[i].name,
                    (long long)(p->options[i].is_duration ? c->option[axis][i] / NS_PER_S
                                                          : c->option[axis][i]),
                    p->options[i].is_duration ? "s" : "");
    }
}

/* What makes no sense together (policies.md 2.4). */
static int check_combination(const struct composition *c, const char *text, struct diag *d)
{
    const struct policy_part *order = c->part[AXIS_ORDER], *walk = c->part[AXIS_WALK],
                             *displace = c->part[AXIS_DISPLACE], *launch = c->part[AXIS_LAUNCH],
                             *place = c->part[AXIS_PLACE], *share = c->part[AXIS_SHARE];
    struct diag_at at = {.file = "--policy", .text = text};

    if (launch->pod_by_pod && (walk->needs_estimate || walk->is_desired))
        return diag_fail(d, STATUS_USAGE, at,
                         "launch=%s starts pods one by one and keeps no reservation, so walk=%s "
                         "means nothing; use walk=strict or walk=skip",
                         launch->name, walk->name);
    if (launch->pod_by_pod && displace->displace)
        return diag_fail(d, STATUS_USAGE, at,
                         "launch=%s knows no gangs to stop, so displace=%s means nothing; use "
                         "displace=none",
                         launch->name, displace->name);
    if (order->needs_desired && !walk->is_desired)
        return diag_fail(d, STATUS_USAGE, at,
                         "order=%s ranks running jobs too and says nothing when none can be "
                         "stopped, but walk=%s only starts jobs; use walk=desired",
                         order->name, walk->name);
    if (walk->is_desired && displace->displace)
        return diag_fail(d, STATUS_USAGE, at,
                         "walk=%s decides by the order who runs, so displace=%s means nothing; "
                         "use displace=none",
                         walk->name, displace->name);
    if (walk->is_desired && order->rank == ORDER_DRF)
        return diag_fail(d, STATUS_USAGE, at,
                         "order=%s changes with every start, which walk=%s does not follow; use a "
                         "walk that only starts jobs",
                         order->name, walk->name);
    if (share->share == SHARE_MIG && place->score)
        return diag_fail(d, STATUS_USAGE, at,
                         "place=%s scores shares of devices and knows no MIG instances, but "
                         "share=%s makes instances of all of them; use a placement without a "
                         "score, such as place=bestfit",
                         place->name, share->name);
    return 0;
}

int compose_parse(const char *text, const struct job_set *jobs, struct composition *out,
                  struct diag *d)
{
    static const char *const usual[AXIS_PRESET] = {"fifo", "strict", "none", "bestfit",
                                                   "auto", "gang",   "milli"};

    memset(out, 0, sizeof *out);
    for (int axis = 0; axis < AXIS_PRESET; axis++)
        choose(out, registry_find((enum axis)axis, usual[axis]));
    if (!*text)
        return diag_fail(
            d, STATUS_USAGE, (struct diag_at){.file = "--policy"},
            "the policy is empty, expected a preset such as easy or a composition such as "
            "order=fifo,walk=easy,place=bestfit");
    if (add_items(out, text, d) < 0 || settle_estimates(out, jobs, text, d) < 0)
        return -1;
    if (check_combination(out, text, d) < 0)
        return -1;
    write_text(out);
    write_config(out);
    return 0;
}
