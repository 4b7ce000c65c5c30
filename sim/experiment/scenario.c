/* scenario.c - a scenario from its file, the flags and --set: merged, then checked.
 *
 * The merged text must run again from another folder, so paths of the file, which are relative
 * to the file's folder, are rewritten relative to the current folder, and "paths": "current"
 * says so. Paths that come from flags are relative to the current folder as typed. */
#include "experiment/scenario.h"
#include "experiment/scenario_part.h"
#include "metrics/report.h"
#include <string.h>
#include <sys/stat.h>

const char *scenario_keep(struct scenario_part *p, const char *text)
{
    return arena_text(p->a, text, strlen(text));
}

/* ---- merging ---- */

/* A share from percent: "1", "0.5 %". */
static int set_max_rejects(struct json *j, const char *percent, struct diag *d)
{
    char text[64];
    ns_t value;
    size_t n = strlen(percent);
    while (n > 0 && (percent[n - 1] == '%' || percent[n - 1] == ' '))
        n--;
    /* seconds are decimal numbers with nine places, exactly what a percentage needs */
    if (!units_seconds(percent, n, &value, NULL) || value < 0 || value > 100 * NS_PER_S)
        return diag_expected(d,
                             (struct diag_at){.file = "--max-rejects",
                                              .text = percent,
                                              .column = 1,
                                              .width = (uint32_t)strlen(percent)},
                             "share", percent, "a percentage from 0 to 100");
    snprintf(text, sizeof text, "trace.max_rejects=%.15g", (double)value / (double)NS_PER_S / 100);
    return json_set(j, text, "--max-rejects", d);
}

/* Numbers that JSON can hold exactly are set as numbers. */
static int set_seed(struct json *j, const char *seed, struct diag *d)
{
    char text[64];
    int64_t v;
    if (!units_integer(seed, strlen(seed), &v) || v < 0 || v > JSON_INTEGER_MAX)
        return json_set_text(j, "seed", seed, "--seed", d);
    snprintf(text, sizeof text, "seed=%s", seed);
    return json_set(j, text, "--seed", d);
}

static int set_text(struct json *j, const char *path, const char *text, const char *flag,
                    struct diag *d)
{
    return text ? json_set_text(j, path, text, flag, d) : 0;
}

static int apply_flags(struct json *j, const struct scenario_flags *f, struct diag *d)
{
    if (f->trace)
        json_remove(j, "model");
    if (f->model)
        json_remove(j, "trace");
    if (f->cluster) {
        json_remove(j, "cluster");
        json_remove(j, "clusters");
    }
    if (f->policy) {
        json_remove(j, "policy");
        json_remove(j, "policies");
    }
    if (set_text(j, "trace.file", f->trace, "--trace", d) < 0 ||
        set_text(j, "model.file", f->model, "--model", d) < 0 ||
        set_text(j, "cluster", f->cluster, "--cluster", d) < 0 ||
        set_text(j, "policy", f->policy, "--policy", d) < 0 ||
        set_text(j, "horizon", f->horizon, "--horizon", d) < 0 ||
        set_text(j, "warmup", f->warmup, "--warmup", d) < 0 ||
        set_text(j, "trace.format", f->format, "--format", d) < 0 ||
        (f->seed && set_seed(j, f->seed, d) < 0) ||
        (f->max_rejects && set_max_rejects(j, f->max_rejects, d) < 0) ||
        set_text(j, "catalog", f->catalog, "--catalog", d) < 0)
        return -1;
    for (uint32_t i = 0; i < f->n_set; i++)
        if (json_set(j, f->set[i], "--set", d) < 0)
            return -1;
    return 0;
}

/* ---- paths ---- */

struct rewriter {
    struct scenario_part *p;
    const char *file; /* of the scenario */
    size_t folder_n;  /* bytes of its folder with the slash, 0 = the current one */
    bool relative;    /* a relative path was seen */
};

/* "scenarios/../traces/x" is "traces/x" where scenarios is a folder and no link: `n` bytes of the
 * folder are kept, and *path is moved behind each "../" that was used up. */
static size_t climb(const char *folder, size_t n, const char **path)
{
    while (n > 1 && !strncmp(*path, "../", 3)) {
        char name[1024];
        struct stat st;
        size_t start = n - 1;
        while (start > 0 && folder[start - 1] != '/')
            start--;
        snprintf(name, sizeof name, "%.*s", (int)(n - 1), folder);
        if (folder[start] == '.' || folder[start] == '/' || lstat(name, &st) < 0 ||
            !S_ISDIR(st.st_mode))
            break;
        n = start;
        *path += 3;
    }
    return n;
}

static int rewrite(struct rewriter *r, const json_node *v)
{
    struct json *j = r->p->j;
    const char *path = json_string(v);
    if (!path || !*path || *path == '/' || !strcmp(path, "-"))
        return 0;
    r->relative = true;
    if (!r->folder_n || !json_line(j, v)) /* no line: typed after a flag */
        return 0;
    size_t n = climb(r->file, r->folder_n, &path);
    char *full = ARENA_ARRAY(r->p->a, char, n + strlen(path) + 1), at[192];
    memcpy(full, r->file, n);
    strcpy(full + n, path);
    snprintf(at, sizeof at, "%s", json_path(j, v));
    return json_set_text(j, at, full, r->file, r->p->d);
}

static int rewrite_cluster(struct rewriter *r, const json_node *v)
{
    if (json_string(v))
        return scenario_fleet_is_path(json_string(v)) ? rewrite(r, v) : 0;
    const json_node *nodes = json_get(v, "nodes");
    if (json_string(nodes) && scenario_fleet_is_path(json_string(nodes)) && rewrite(r, nodes) < 0)
        return -1;
    return rewrite(r, json_get(v, "file"));
}

static int rewrite_paths(struct scenario_part *p, const char *file)
{
    static const char *const words[] = {"scenario", "current"};
    const json_node *root = json_root(p->j), *clusters = json_get(root, "clusters");
    const char *slash = file ? strrchr(file, '/') : NULL;
    struct rewriter r = {.p = p, .file = file};
    uint32_t base = 0;
    if (json_choice(p->j, root, "paths", words, 2, &base, p->d) < 0)
        return -1;
    r.folder_n = slash && base == 0 ? (size_t)(slash - file) + 1 : 0;
    if (rewrite(&r, json_dig(root, "trace", "file", NULL)) < 0 ||
        rewrite(&r, json_dig(root, "model", "file", NULL)) < 0 ||
        rewrite(&r, json_get(root, "catalog")) < 0 ||
        rewrite_cluster(&r, json_get(root, "cluster")) < 0)
        return -1;
    for (uint32_t i = 0; i < json_count(clusters); i++) {
        const json_node *v = json_first(clusters);
        for (uint32_t k = 0; k < i; k++) /* rewriting replaces nodes: walk anew */
            v = json_next(v);
        if (rewrite_cluster(&r, v) < 0)
            return -1;
    }
    return r.relative ? json_set_text(p->j, "paths", "current", "paths", p->d) : 0;
}

/* ---- checking ---- */

static int read_seed(struct scenario_part *p, const json_node *root)
{
    const json_node *v = json_get(root, "seed");
    const char *text = json_string(v);
    int64_t seed = 1;
    if (text) {
        uint64_t big = 0;
        size_t n = strspn(text, "0123456789");
        for (size_t i = 0; i < n; i++) {
            uint64_t digit = (uint64_t)(text[i] - '0');
            if (big > (UINT64_MAX - digit) / 10)
                n = 0;
            big = big * 10 + digit;
        }
        if (!n || text[n])
            return json_expected(p->j, v, p->d, "a whole number from 0 to 18446744073709551615");
        p->out->seed = big;
        return 0;
    }
    if (json_int(p->j, root, "seed", 0, INT64_MAX, &seed, p->d) < 0)
        return -1;
    p->out->seed = (uint64_t)seed;
    return 0;
}

/* An array of texts, or one text under the singular key. */
static int read_texts(struct scenario_part *p, const json_node *root, const char *one_key,
                      const char *many_key, const char *const **out, uint32_t *n)
{
    const json_node *one = one_key ? json_get(root, one_key) : NULL, *many;
    if (json_array(p->j, root, many_key, &many, p->d) < 0)
        return -1;
    if (one && many)
        return json_fail_member(p->j, one, p->d, "both %s and %s are given, expected one", one_key,
                                many_key);
    if (!one && !many)
        return 0;
    const char **list = ARENA_ARRAY(p->a, const char *, one ? 1 : json_count(many) + 1);
    *out = list;
    for (const json_node *v = one ? one : json_first(many); v; v = one ? NULL : json_next(v)) {
        const char *text;
        if (json_as_text(p->j, v, &text, p->d) < 0)
            return -1;
        if (!*text)
            return json_expected(p->j, v, p->d, "text that is not empty");
        list[(*n)++] = scenario_keep(p, text);
    }
    return 0;
}

static int read_outputs(struct scenario_part *p, const json_node *root)
{
    const char *names[64];
    uint32_t n = 0, which;
    for (const struct report *const *r = report_all(); *r && n < COUNT(names); r++)
        names[n++] = (*r)->name;
    JSON_EACH (v, json_get(root, "outputs"))
        if (json_as_choice(p->j, v, names, n, &which, p->d) < 0)
            return -1;
    return read_texts(p, root, NULL, "outputs", &p->out->outputs, &p->out->n_outputs);
}

static int read_workload(struct scenario_part *p, const json_node *root)
{
    static const char *const model_keys[] = {"file"};
    const json_node *trace, *model;
    if (json_object(p->j, root, "trace", &trace, p->d) < 0 ||
        json_object(p->j, root, "model", &model, p->d) < 0)
        return -1;
    scenario_trace_defaults(&p->out->ingest);
    if (trace && model)
        return json_fail_member(p->j, model, p->d,
                                "both trace and model are given, expected one workload");
    if (trace)
        return scenario_trace_read(p, trace);
    if (!model)
        return json_missing(p->j, root, "trace", "a workload: trace or model, each with a file",
                            p->d);
    const char *file = NULL;
    if (json_check_keys(p->j, model, model_keys, 1, p->d) < 0)
        return -1;
    if (!json_get(model, "file"))
        return json_missing(p->j, model, "file", "the path of a workload model", p->d);
    if (json_text(p->j, model, "file", &file, p->d) < 0)
        return -1;
    p->out->model = scenario_keep(p, file);
    return 0;
}

static int read_times(struct scenario_part *p, const json_node *root)
{
    struct scenario *o = p->out;
    o->horizon = NS_NEVER;
    if (json_duration(p->j, root, "horizon", &o->horizon, p->d) < 0 ||
        json_duration(p->j, root, "warmup", &o->warmup, p->d) < 0 ||
        json_duration(p->j, root, "series_step", &o->series_step, p->d) < 0)
        return -1;
    if (o->horizon == 0)
        return json_expected(p->j, json_get(root, "horizon"), p->d, "a time above 0");
    if (o->warmup >= o->horizon)
        return json_expected(p->j, json_get(root, "warmup"), p->d, "less than the horizon");
    return 0;
}

/* What it takes to save a job's state, to go on from it, and how often that happens by itself. */
static int read_checkpoint(struct scenario_part *p, const json_node *root)
{
    static const char *const keys[] = {"save", "restore", "interval"};
    struct engine_costs *c = &p->out->costs;
    const json_node *of;
    if (json_object(p->j, root, "checkpoint", &of, p->d) < 0)
        return -1;
    if (!of)
        return 0;
    return json_check_keys(p->j, of, keys, COUNT(keys), p->d) < 0 ||
                   json_duration(p->j, of, "save", &c->save, p->d) < 0 ||
                   json_duration(p->j, of, "restore", &c->restore, p->d) < 0 ||
                   json_duration(p->j, of, "interval", &c->interval, p->d) < 0
               ? -1
               : 0;
}

/* The file's name without folder and ending. */
static const char *stem(struct scenario_part *p, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path,
               *dot = strchr(name, '.');
    return arena_text(p->a, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

static int read_all(struct scenario_part *p, const char *file)
{
    static const char *const keys[] = {"berth_scenario", "name",          "trace",   "model",
                                       "cluster",        "clusters",      "policy",  "policies",
                                       "seed",           "horizon",       "warmup",  "series_step",
                                       "outputs",        "price",         "catalog", "paths",
                                       "checkpoint",     "fragmentation", "journal"};
    const json_node *root = json_root(p->j);
    struct scenario *o = p->out;
    struct catalog *c = ARENA_NEW(p->a, struct catalog);
    int64_t version = 0;
    const char *name = NULL, *folder = NULL;
    if (json_check_keys(p->j, root, keys, COUNT(keys), p->d) < 0)
        return -1;
    if (!json_get(root, "berth_scenario"))
        return json_missing(p->j, root, "berth_scenario", "version 1", p->d);
    if (json_int(p->j, root, "berth_scenario", 1, 1, &version, p->d) < 0 ||
        json_text(p->j, root, "name", &name, p->d) < 0 ||
        json_text(p->j, root, "catalog", &folder, p->d) < 0 || read_workload(p, root) < 0 ||
        read_times(p, root) < 0 || read_checkpoint(p, root) < 0 ||
        json_bool(p->j, root, "fragmentation", &o->fragmentation, p->d) < 0 ||
        json_bool(p->j, root, "journal", &o->journal, p->d) < 0 || read_seed(p, root) < 0 ||
        read_texts(p, root, "policy", "policies", &o->policies, &o->n_policies) < 0 ||
        read_outputs(p, root) < 0)
        return -1;
    if (!o->n_policies)
        return json_missing(p->j, root, "policy",
                            "a preset or a composition; 'berth policies' lists them", p->d);
    o->policy_is_flag =
        !json_line(p->j, json_get(root, "policy")) && !json_line(p->j, json_get(root, "policies"));
    o->name = name ? scenario_keep(p, name) : stem(p, file ? file : o->trace ? o->trace : o->model);
    folder = catalog_folder(folder ? scenario_keep(p, folder) : NULL, p->a, p->d);
    o->catalog = c;
    return !folder || catalog_load(folder, p->a, c, p->d) < 0 ||
                   scenario_cluster_read(p, root) < 0 || scenario_price_read(p, root) < 0
               ? -1
               : 0;
}

/* Without a file every missing part is a missing flag. */
static int check_usage(const json_node *root, struct diag *d)
{
    const char *flag = json_get(root, "trace") ? "--trace" : "--model";
    if (!json_get(root, "trace") && !json_get(root, "model"))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "neither a scenario nor --trace is given");
    if (!json_get(root, "cluster") && !json_get(root, "clusters"))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "%s needs --cluster; for example --cluster '16x hgx-h100'", flag);
    if (!json_get(root, "policy") && !json_get(root, "policies"))
        return diag_fail(
            d, STATUS_USAGE, (struct diag_at){0},
            "%s needs --policy; for example --policy easy; 'berth policies' lists them", flag);
    return 0;
}

int scenario_load(const char *file, const struct scenario_flags *flags, struct arena *a,
                  struct scenario *out, struct diag *d)
{
    struct scenario_part p = {.a = a, .out = out, .d = d};
    *out = (struct scenario){.file = file};
    p.j = file ? json_read(file, "a scenario", JSON_COMMENTS | JSON_PATH_INLINE, d)
               : json_new("command line", JSON_PATH_INLINE);
    if (!p.j)
        return -1;
    int result = file ? json_is(p.j, json_root(p.j), JSON_OBJECT, d)
                      : json_set(p.j, "berth_scenario=1", "flags", d);
    if (result == 0 && apply_flags(p.j, flags, d) == 0 &&
        (file || check_usage(json_root(p.j), d) == 0) && rewrite_paths(&p, file) == 0) {
        out->merged = json_print(p.j, a);
        result = read_all(&p, file);
    } else {
        result = -1;
    }
    json_free(p.j);
    return result;
}
