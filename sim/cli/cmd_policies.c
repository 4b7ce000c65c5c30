/* cmd_policies.c - berth policies: list presets and parts, or describe one. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "sched/registry.h"

#include <string.h>

enum { PARTS_MAX = 256 };

static const struct verb_example examples[] = {
    {"berth policies", "presets first, then the parts of each axis"},
    {"berth policies easy", "what it does, its options, the paper it follows"},
    {0},
};

/* Presets are what most people pick: they come first. */
static const enum axis shown[AXES] = {AXIS_PRESET, AXIS_ORDER,    AXIS_WALK,   AXIS_DISPLACE,
                                      AXIS_PLACE,  AXIS_ESTIMATE, AXIS_LAUNCH, AXIS_SHARE};

static const char *const heading[AXES] = {
    [AXIS_PRESET] = "presets",
    [AXIS_ORDER] = "order: who is first",
    [AXIS_WALK] = "walk: what a blocked job means for the others",
    [AXIS_DISPLACE] = "displace: what may happen to running jobs",
    [AXIS_PLACE] = "place: which nodes",
    [AXIS_ESTIMATE] = "estimate: what is known of lengths",
    [AXIS_LAUNCH] = "launch: how a gang starts",
    [AXIS_SHARE] = "share: what a request for part of a GPU is given"};

/* "5" or, for durations, "600 s" */
static void option_text(const struct policy_option *o, int64_t v, char *to, size_t room)
{
    if (o->is_duration && v == NS_NEVER)
        snprintf(to, room, "never");
    else if (o->is_duration)
        snprintf(to, room, "%lld s", (long long)(v / NS_PER_S));
    else
        snprintf(to, room, "%lld", (long long)v);
}

static void list(void)
{
    for (int k = 0; k < AXES; k++) {
        printf("%s%s\n", k ? "\n" : "", heading[shown[k]]);
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k])
                printf("  %-16s %s\n", (*p)->name, (*p)->summary);
    }
    fputs("\nA policy is a preset, or parts joined by '+' or ',': easy+bestfit is\n"
          "order=fifo,walk=easy,place=bestfit. 'berth policies NAME' describes one.\n",
          stdout);
}

static void describe(const struct policy_part *p)
{
    printf("%s (%s)\n  %s\n", p->name, registry_axis_name(p->axis), p->summary);
    if (p->composition)
        printf("  is %s\n", p->composition);
    if (p->source && *p->source)
        printf("  follows %s\n", p->source);
    if (p->needs_estimate)
        printf("  needs an estimate of lengths\n");
    for (int i = 0; i < POLICY_OPTIONS && p->options[i].name; i++) {
        const struct policy_option *o = &p->options[i];
        char initial[32], low[32], high[32];
        option_text(o, o->initial, initial, sizeof initial);
        option_text(o, o->low, low, sizeof low);
        option_text(o, o->high, high, sizeof high);
        printf("  option %s=%s  %s (%s to %s)\n", o->name, initial, o->help, low, high);
    }
}

static void json_part(struct writer *w, const struct policy_part *p)
{
    writer_print(w, "{\"axis\":");
    writer_json(w, registry_axis_name(p->axis));
    writer_print(w, ",\"name\":");
    writer_json(w, p->name);
    writer_print(w, ",\"summary\":");
    writer_json(w, p->summary);
    writer_print(w, ",\"source\":");
    writer_json(w, p->source && *p->source ? p->source : NULL);
    writer_print(w, ",\"composition\":");
    writer_json(w, p->composition);
    writer_print(w, ",\"options\":[");
    for (int i = 0; i < POLICY_OPTIONS && p->options[i].name; i++) {
        const struct policy_option *o = &p->options[i];
        writer_print(w, "%s{\"name\":", i ? "," : "");
        writer_json(w, o->name);
        writer_print(w, ",\"help\":");
        writer_json(w, o->help);
        writer_print(w, ",\"initial\":%lld,\"low\":%lld,\"high\":%lld,\"unit\":",
                     (long long)o->initial, (long long)o->low, (long long)o->high);
        writer_json(w, o->is_duration ? "ns" : NULL);
        writer_print(w, "}");
    }
    writer_print(w, "]}");
}

static int print_json(const char *name, struct diag *d)
{
    struct writer w;
    bool first = true;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"berth_policies\":1,\"parts\":[");
    for (int k = 0; k < AXES; k++)
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k] && (!name || !strcmp((*p)->name, name))) {
                writer_print(&w, first ? "\n" : ",\n");
                json_part(&w, *p);
                first = false;
            }
    writer_print(&w, "\n]}\n");
    return writer_close(&w, d);
}

static int cmd_policies(const struct call *c, struct diag *d)
{
    const char *name = c->opts->args.n ? c->opts->args.at[0] : NULL;
    const char *words[PARTS_MAX];
    uint32_t n = 0, found = 0;

    for (const struct policy_part *const *p = registry_parts(); *p; p++) {
        if (n < PARTS_MAX)
            words[n++] = (*p)->name;
        found += name && !strcmp((*p)->name, name);
    }
    if (name && !found) {
        const char *near = diag_nearest(name, words, n);
        return near ? diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                                "unknown policy or part '%s' (nearest: '%s'), see 'berth policies'",
                                name, near)
                    : diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                                "unknown policy or part '%s', see 'berth policies'", name);
    }
    if (c->opts->json)
        return print_json(name, d);
    if (!name) {
        list();
        return STATUS_OK;
    }
    /* A name may be a preset and a part: both are shown. */
    for (int k = 0; k < AXES; k++)
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k] && !strcmp((*p)->name, name)) {
                describe(*p);
                if (--found)
                    putchar('\n');
            }
    return STATUS_OK;
}

const struct verb cmd_policies_verb = {
    .name = "policies",
    .args = "[NAME]",
    .summary = "list scheduling policies and their parts, or describe one",
    .group = "look",
    .examples = examples,
    .tables = {&opts_speaking},
    .args_max = 1,
    .run = cmd_policies,
};
