/* cmd_policies.c - berth policies: list presets, parts and whole policies, describe one, begin one, check
 * one. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "cli/policies_check.h"
#include "cli/policies_new.h"
#include "host/load.h"
#include "sched/compose.h"
#include "sched/registry.h"

#include <string.h>

enum { PARTS_MAX = 256 };

static const struct verb_example examples[] = {
    {"berth policies", "presets first, then the parts of each axis"},
    {"berth policies easy", "what it does, its options, the paper it follows"},
    {"berth policies new mine",
     "a folder with a policy of your own that builds; --parts: an order"},
    {"berth policies check ./mine.so", "does it keep the contract? one line per check"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"parts", 0, OPTS_BOOL, offsetof(struct opts, parts), NULL,
     "new: only an order, for Berth's own core", NULL},
    {"call-limit", 0, OPTS_TEXT, offsetof(struct opts, call_limit), "TIME",
     "check: one call of the policy (60s)", NULL},
    {0},
};
static const struct opts_table own = {"policies of your own", own_flags};

/* Presets are what most people pick: they come first. */
static const enum axis shown[AXES] = {AXIS_PRESET,   AXIS_ORDER, AXIS_WALK,
                                      AXIS_DISPLACE, AXIS_PLACE, AXIS_ESTIMATE,
                                      AXIS_LAUNCH,   AXIS_SHARE, AXIS_VIEW};

static const char *const heading[AXES] = {
    [AXIS_PRESET] = "presets",
    [AXIS_ORDER] = "order: who is first",
    [AXIS_WALK] = "walk: what a blocked job means for the others",
    [AXIS_DISPLACE] = "displace: what may happen to running jobs",
    [AXIS_PLACE] = "place: which nodes",
    [AXIS_ESTIMATE] = "estimate: what is known of lengths",
    [AXIS_LAUNCH] = "launch: how a gang starts",
    [AXIS_SHARE] = "share: what a request for part of a GPU is given",
    [AXIS_VIEW] = "view: what it sees of the fleet"};

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

static void describe_option(const struct policy_option *o)
{
    char initial[32], low[32], high[32];

    option_text(o, o->initial, initial, sizeof initial);
    option_text(o, o->low, low, sizeof low);
    option_text(o, o->high, high, sizeof high);
    printf("  option %s=%s  %s (%s to %s)\n", o->name, initial, o->help, low, high);
}

static void list(void)
{
    for (int k = 0; k < AXES; k++) {
        printf("%s%s\n", k ? "\n" : "", heading[shown[k]]);
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k])
                printf("  %-16s %s\n", (*p)->name, (*p)->summary);
    }
    if (*load_built_ins())
        puts("\nwhole policies on the contract");
    for (const struct berth_policy *const *p = load_built_ins(); *p; p++)
        printf("  %-16s %s\n", (*p)->id, (*p)->summary ? (*p)->summary : "");
    fputs("\nA policy is a preset, or parts joined by '+' or ',': easy+bestfit is\n"
          "order=fifo,walk=easy,place=bestfit. 'berth policies NAME' describes one;\n"
          "'berth policies new NAME' begins one of your own, which is given as ./NAME.so.\n",
          stdout);
}

/* Every option of the parts that a preset is made of, with the value it has there. */
static void describe_parameters(const struct policy_part *preset)
{
    struct composition c;
    struct diag d = {0};

    if (compose_parse(preset->composition, NULL, &c, &d) < 0)
        return;
    for (int axis = 0; axis < AXIS_PRESET; axis++)
        for (int i = 0; i < POLICY_OPTIONS && c.part[axis]->options[i].name; i++) {
            const struct policy_option *o = &c.part[axis]->options[i];
            char value[32];
            option_text(o, c.option[axis][i], value, sizeof value);
            printf("  with %s's %s = %s\n", c.part[axis]->name, o->name, value);
        }
}

static void describe(const struct policy_part *p)
{
    printf("%s (%s)\n  %s\n", p->name, registry_axis_name(p->axis), p->summary);
    if (p->composition)
        printf("  is %s\n", p->composition);
    if (p->source && *p->source)
        printf("  follows %s\n", p->source);
    if (p->oracle)
        printf("  checked against %s\n", p->oracle);
    if (p->composition)
        describe_parameters(p);
    if (p->needs_estimate)
        printf("  needs an estimate of lengths\n");
    for (int i = 0; i < POLICY_OPTIONS && p->options[i].name; i++)
        describe_option(&p->options[i]);
}

/* ---- whole policies ---- */

static const char *const can_word[] = {"preempt", "migrate", "hold", "share", "mig"};
static const char *const flag_word[] = {"forkable", "stateless", "clairvoyant"};

/* The words of the bits that are set, with `between` between them and `quote` around each. */
static void bit_words(uint64_t bits, const char *const *word, size_t n, const char *between,
                      const char *quote, char *to, size_t room)
{
    size_t used = 0;

    *to = 0;
    for (size_t i = 0; i < n && used < room; i++)
        if (bits >> i & 1)
            used += (size_t)snprintf(to + used, room - used, "%s%s%s%s", used ? between : "", quote,
                                     word[i], quote);
}

static void can_words(uint64_t bits, const char *between, const char *quote, char *to, size_t room)
{
    bit_words(bits, can_word, sizeof can_word / sizeof *can_word, between, quote, to, room);
}

static void flag_words(uint64_t bits, const char *between, const char *quote, char *to, size_t room)
{
    bit_words(bits, flag_word, sizeof flag_word / sizeof *flag_word, between, quote, to, room);
}

static struct policy_option as_option(const struct berth_option *o)
{
    return (struct policy_option){o->name, o->help, o->initial,
                                  o->low,  o->high, o->is_duration != 0};
}

static void describe_whole(const struct berth_policy *p)
{
    char words[96];

    printf("%s %s (policy on the contract)\n  %s\n", p->id, p->version ? p->version : "",
           p->summary ? p->summary : "");
    if (p->source && *p->source)
        printf("  follows %s\n", p->source);
    can_words(p->needs, ", ", "", words, sizeof words);
    if (*words)
        printf("  needs to %s\n", words);
    can_words(p->uses, ", ", "", words, sizeof words);
    if (*words)
        printf("  may %s\n", words);
    flag_words(p->flags, ", ", "", words, sizeof words);
    if (*words)
        printf("  is %s\n", words);
    if (!p->decide)
        puts("  brings parts for Berth's own core");
    for (const struct berth_option *o = p->options; o && o->name; o++) {
        struct policy_option option = as_option(o);
        describe_option(&option);
    }
}

static void json_option(struct writer *w, const struct policy_option *o, bool first)
{
    writer_print(w, "%s{\"name\":", first ? "" : ",");
    writer_json(w, o->name);
    writer_print(w, ",\"help\":");
    writer_json(w, o->help);
    writer_print(w, ",\"initial\":%lld,\"low\":%lld,\"high\":%lld,\"unit\":", (long long)o->initial,
                 (long long)o->low, (long long)o->high);
    writer_json(w, o->is_duration ? "ns" : NULL);
    writer_print(w, "}");
}

static void json_whole(struct writer *w, const struct berth_policy *p)
{
    char words[160];

    writer_print(w, "{\"id\":");
    writer_json(w, p->id);
    writer_print(w, ",\"version\":");
    writer_json(w, p->version);
    writer_print(w, ",\"summary\":");
    writer_json(w, p->summary);
    writer_print(w, ",\"source\":");
    writer_json(w, p->source && *p->source ? p->source : NULL);
    can_words(p->needs, ",", "\"", words, sizeof words);
    writer_print(w, ",\"needs\":[%s]", words);
    can_words(p->uses, ",", "\"", words, sizeof words);
    writer_print(w, ",\"uses\":[%s]", words);
    flag_words(p->flags, ",", "\"", words, sizeof words);
    writer_print(w, ",\"flags\":[%s],\"parts\":%s,\"options\":[", words,
                 p->decide ? "false" : "true");
    for (const struct berth_option *o = p->options; o && o->name; o++) {
        struct policy_option option = as_option(o);
        json_option(w, &option, o == p->options);
    }
    writer_print(w, "]}");
}

/* ---- parts ---- */

static void json_parameters(struct writer *w, const struct policy_part *preset)
{
    struct composition c;
    struct diag d = {0};
    bool first = true;

    if (compose_parse(preset->composition, NULL, &c, &d) < 0)
        return;
    writer_print(w, ",\"parameters\":[");
    for (int axis = 0; axis < AXIS_PRESET; axis++)
        for (int i = 0; i < POLICY_OPTIONS && c.part[axis]->options[i].name; i++) {
            writer_print(w, "%s{\"part\":", first ? "" : ",");
            writer_json(w, c.part[axis]->name);
            writer_print(w, ",\"name\":");
            writer_json(w, c.part[axis]->options[i].name);
            writer_print(w, ",\"value\":%lld,\"unit\":", (long long)c.option[axis][i]);
            writer_json(w, c.part[axis]->options[i].is_duration ? "ns" : NULL);
            writer_print(w, "}");
            first = false;
        }
    writer_print(w, "]");
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
    writer_print(w, ",\"oracle\":");
    writer_json(w, p->oracle);
    writer_print(w, ",\"composition\":");
    writer_json(w, p->composition);
    if (p->composition)
        json_parameters(w, p);
    writer_print(w, ",\"options\":[");
    for (int i = 0; i < POLICY_OPTIONS && p->options[i].name; i++)
        json_option(w, &p->options[i], i == 0);
    writer_print(w, "]}");
}

/* `given`: a policy of a file, shown alone; or NULL. */
static int print_json(const char *name, const struct berth_policy *given, struct diag *d)
{
    struct writer w;
    bool first = true;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"berth_policies\":1,\"parts\":[");
    for (int k = 0; k < AXES && !given; k++)
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k] && (!name || !strcmp((*p)->name, name))) {
                writer_print(&w, first ? "\n" : ",\n");
                json_part(&w, *p);
                first = false;
            }
    writer_print(&w, "\n],\"policies\":[");
    first = true;
    for (const struct berth_policy *const *p = load_built_ins(); *p && !given; p++)
        if (!name || !strcmp((*p)->id, name)) {
            writer_print(&w, first ? "\n" : ",\n");
            json_whole(&w, *p);
            first = false;
        }
    if (given) {
        writer_print(&w, "\n");
        json_whole(&w, given);
    }
    writer_print(&w, "\n]}\n");
    return writer_close(&w, d);
}

static int unknown(const char *name, struct diag *d)
{
    const char *words[PARTS_MAX], *near;
    uint32_t n = 0;

    words[n++] = "new";
    words[n++] = "check";
    for (const struct policy_part *const *p = registry_parts(); *p && n < PARTS_MAX; p++)
        words[n++] = (*p)->name;
    for (const struct berth_policy *const *p = load_built_ins(); *p && n < PARTS_MAX; p++)
        words[n++] = (*p)->id;
    near = diag_nearest(name, words, n);
    return near ? diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                            "unknown policy or part '%s' (nearest: '%s'), see 'berth policies'",
                            name, near)
                : diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                            "unknown policy or part '%s', see 'berth policies'", name);
}

/* A name may be a preset and a part: both are shown. */
static void describe_all(const char *name, uint32_t found)
{
    for (int k = 0; k < AXES; k++)
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            if ((*p)->axis == shown[k] && !strcmp((*p)->name, name)) {
                describe(*p);
                if (--found)
                    putchar('\n');
            }
    if (load_built_in(name))
        describe_whole(load_built_in(name));
}

static int look(const struct call *c, const char *name, struct diag *d)
{
    const struct berth_policy *given = NULL;
    uint32_t found = 0;

    if (name && strchr(name, '/')) {
        if (load_file(name, &given, d) < 0)
            return -1;
    } else if (name) {
        for (const struct policy_part *const *p = registry_parts(); *p; p++)
            found += !strcmp((*p)->name, name);
        found += load_built_in(name) != NULL;
        if (!found)
            return unknown(name, d);
    }
    if (c->opts->json)
        return print_json(name, given, d);
    if (!name)
        list();
    else if (given)
        describe_whole(given);
    else
        describe_all(name, found);
    return STATUS_OK;
}

static int cmd_policies(const struct call *c, struct diag *d)
{
    const struct opts_list *args = &c->opts->args;
    const char *first = args->n ? args->at[0] : NULL;
    bool new = first && !strcmp(first, "new"), check = first && !strcmp(first, "check");

    if ((new || check) && args->n < 2)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         new ? "'berth policies new' needs a name, such as my_policy"
                             : "'berth policies check' needs a policy, such as ./mine.so or easy");
    if (new)
        return policies_new(c, args->at[1], d);
    if (check)
        return policies_check(c, args->at[1], d);
    if (args->n > 1) {
        const char *const words[] = {"new", "check"};
        const char *near = diag_nearest(first, words, 2);
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "unexpected argument '%s' after '%s', expected 'new NAME', 'check POLICY' "
                         "or one name%s%s%s",
                         args->at[1], first, near ? " (nearest: '" : "", near ? near : "",
                         near ? "')" : "");
    }
    return look(c, first, d);
}

const struct verb cmd_policies_verb = {
    .name = "policies",
    .args = "[NAME | new NAME | check POLICY]",
    .summary = "list scheduling policies and their parts, describe, begin or check one",
    .group = "look",
    .examples = examples,
    .tables = {&own, &opts_speaking},
    .writes = "  new: NAME/NAME.c, NAME/Makefile and NAME/jobs.csv in a new folder\n",
    .args_max = 2,
    .run = cmd_policies,
};
