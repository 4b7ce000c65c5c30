/* workload_file.c - model files to checked models: every error with line and path. */
#include "experiment/workload_model.h"

#include <math.h>
#include <string.h>

#define COUNT(x) ((uint32_t)(sizeof(x) / sizeof *(x)))

static const char *const day_name[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

/* A section's object, or NULL in *out when it is absent and may be. Whoever reads a number of a
 * model must be able to ask where it comes from, so every section has a source. */
static int section(struct json *j, const char *key, bool required, const char *const *known,
                   uint32_t n, const json_node **out, struct diag *d)
{
    const json_node *root = json_root(j), *source;

    if (json_object(j, root, key, out, d) < 0)
        return -1;
    if (!*out)
        return required ? json_missing(j, root, key, "an object with a source", d) : 0;
    if (json_check_keys(j, *out, known, n, d) < 0)
        return -1;
    source = json_get(*out, "source");
    if (!source)
        return json_missing(j, *out, "source", "text that says where the numbers come from", d);
    if (json_kind(source) != JSON_TEXT || !*json_string(source))
        return json_expected(j, source, d, "text that says where the numbers come from");
    return 0;
}

/* An array member of at most `most` entries. */
static int table(struct json *j, const json_node *of, const char *key, uint32_t most,
                 const json_node **out, struct diag *d)
{
    *out = NULL;
    if (json_array(j, of, key, out, d) < 0)
        return -1;
    if (!*out)
        return json_missing(j, of, key, "an array", d);
    if (json_count(*out) < 1 || json_count(*out) > most)
        return json_fail(j, *out, d, "%s has %u entries, expected from 1 to %u", key,
                         json_count(*out), most);
    return 0;
}

static int weight(struct json *j, const json_node *of, double *out, struct diag *d)
{
    if (!json_get(of, "weight"))
        return json_missing(j, of, "weight", "a number above zero", d);
    return json_real(j, of, "weight", 1e-9, 1e9, out, d);
}

/* Weights to summed probabilities. */
static void sum_up(double *x, uint32_t n)
{
    double sum = 0;

    for (uint32_t i = 0; i < n; i++)
        x[i] = sum += x[i];
    for (uint32_t i = 0; i < n; i++)
        x[i] /= sum;
}

/* Relative weights with mean 1; all 1 when the key is absent. */
static int profile(struct json *j, const json_node *of, const char *key, uint32_t n, double *out,
                   struct diag *d)
{
    const json_node *list = NULL;
    double sum = 0;
    uint32_t i = 0;

    for (uint32_t k = 0; k < n; k++)
        out[k] = 1;
    if (json_array(j, of, key, &list, d) < 0)
        return -1;
    if (!list)
        return 0;
    if (json_count(list) != n)
        return json_fail(j, list, d, "%s has %u numbers, expected %u", key, json_count(list), n);
    JSON_EACH (v, list) {
        if (json_as_real(j, v, 0, 1e6, &out[i], d) < 0)
            return -1;
        sum += out[i++];
    }
    if (sum <= 0)
        return json_fail(j, list, d, "%s is zero everywhere, expected a number above zero", key);
    for (i = 0; i < n; i++)
        out[i] *= n / sum;
    return 0;
}

static int read_arrivals(struct json *j, struct workload *w, struct diag *d)
{
    static const char *const known[] = {"source",      "law",         "per_hour",
                                        "hour_of_day", "day_of_week", "starts_on"};
    static const char *const laws[] = {"poisson"};
    const json_node *of = NULL;
    double rate = 0, hour[24], day[7];
    uint32_t law = 0, first_day = 0;

    if (section(j, "arrivals", true, known, COUNT(known), &of, d) < 0)
        return -1;
    if (!json_get(of, "per_hour"))
        return json_missing(j, of, "per_hour", "mean arrivals per hour", d);
    if (json_choice(j, of, "law", laws, 1, &law, d) < 0 ||
        json_real(j, of, "per_hour", 1e-6, 1e9, &rate, d) < 0 ||
        profile(j, of, "hour_of_day", 24, hour, d) < 0 ||
        profile(j, of, "day_of_week", 7, day, d) < 0 ||
        json_choice(j, of, "starts_on", day_name, 7, &first_day, d) < 0)
        return -1;
    if (json_get(of, "starts_on") && w->origin != NS_UNKNOWN)
        return json_fail_member(j, json_get(of, "starts_on"), d,
                                "starts_on and origin are both given, expected one of them");
    w->first_hour = first_day * 24;
    if (w->origin != NS_UNKNOWN) {
        int64_t hours = w->origin / (3600 * NS_PER_S);

        w->first_hour = (uint32_t)((hours + 3 * 24) % 168); /* 1970-01-01 was a Thursday */
    }
    for (uint32_t h = 0; h < 168; h++)
        w->per_hour[h] = rate * hour[h % 24] * day[h / 24];
    return 0;
}

static int read_level(struct json *j, const json_node *of, const char *key, uint8_t *out,
                      struct diag *d)
{
    const char *word = NULL;

    if (json_text(j, of, key, &word, d) < 0)
        return -1;
    if (!word)
        return 0;
    if (level_parse(word) == LEVELS)
        return json_expected(j, json_get(of, key), d, "node, nvlink, rack, pod or site");
    *out = (uint8_t)level_parse(word);
    return 0;
}

static int read_shape(struct json *j, const json_node *of, struct arena *a,
                      struct workload_shape *out, double *w, struct diag *d)
{
    static const char *const known[] = {"weight",      "replicas",  "gpus",
                                        "share_milli", "gpu_types", "cpu_milli",
                                        "memory_mib",  "required",  "preferred"};
    int64_t replicas = 1, gpus = 1, share = 0;
    const char *types = NULL;

    if (json_is(j, of, JSON_OBJECT, d) < 0 || json_check_keys(j, of, known, COUNT(known), d) < 0 ||
        weight(j, of, w, d) < 0 || json_int(j, of, "replicas", 1, 1 << 20, &replicas, d) < 0 ||
        json_int(j, of, "gpus", 0, 4096, &gpus, d) < 0 ||
        json_int(j, of, "share_milli", 1, 999, &share, d) < 0 ||
        json_text(j, of, "gpu_types", &types, d) < 0 ||
        json_int(j, of, "cpu_milli", 0, INT32_MAX, &out->cpu_milli, d) < 0 ||
        json_int(j, of, "memory_mib", 0, INT32_MAX, &out->memory_mib, d) < 0 ||
        read_level(j, of, "required", &out->required, d) < 0 ||
        read_level(j, of, "preferred", &out->preferred, d) < 0)
        return -1;
    if (share && gpus != 1)
        return json_fail_member(j, json_get(of, "share_milli"), d,
                                "share_milli with %d GPUs per replica, expected 1", (int)gpus);
    out->group = (struct job_group){(uint32_t)replicas, (uint32_t)gpus};
    out->share_milli = (uint32_t)share;
    out->gpu_types = types ? arena_text(a, types, strlen(types)) : NULL;
    return 0;
}

static int read_sizes(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const known[] = {"source", "shapes"};
    const json_node *of = NULL, *list;
    struct workload_shape *shape;
    double *until;
    uint32_t i = 0;

    if (section(j, "sizes", true, known, COUNT(known), &of, d) < 0 ||
        table(j, of, "shapes", 4096, &list, d) < 0)
        return -1;
    w->n_shapes = json_count(list);
    w->shapes = shape = ARENA_ARRAY(a, struct workload_shape, w->n_shapes);
    w->shape_until = until = ARENA_ARRAY(a, double, w->n_shapes);
    JSON_EACH (v, list) {
        if (read_shape(j, v, a, &shape[i], &until[i], d) < 0)
            return -1;
        i++;
    }
    sum_up(until, w->n_shapes);
    return 0;
}

static int read_run_times(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const known[] = {"source", "classes"};
    const char *keys[16] = {"gpus_up_to"};
    const json_node *of = NULL, *list;
    struct workload_class *by_size;
    int64_t before = -1;
    uint32_t i = 0;

    for (uint32_t k = 0; k < law_n_keys; k++)
        keys[k + 1] = law_keys[k];
    if (section(j, "run_times", true, known, COUNT(known), &of, d) < 0 ||
        table(j, of, "classes", 64, &list, d) < 0)
        return -1;
    w->n_classes = json_count(list);
    w->classes = by_size = ARENA_ARRAY(a, struct workload_class, w->n_classes);
    JSON_EACH (v, list) {
        int64_t most = UINT32_MAX;
        bool last = i + 1 == w->n_classes;

        if (json_is(j, v, JSON_OBJECT, d) < 0 ||
            json_check_keys(j, v, keys, law_n_keys + 1, d) < 0 ||
            json_int(j, v, "gpus_up_to", before + 1, UINT32_MAX - 1, &most, d) < 0)
            return -1;
        if (!last && most == UINT32_MAX)
            return json_missing(j, v, "gpus_up_to", "a size: only the last class is open", d);
        if (last && most != UINT32_MAX)
            return json_fail_member(j, json_get(v, "gpus_up_to"), d,
                                    "gpus_up_to in the last class, expected none: it is open");
        by_size[i].most = (uint32_t)most;
        before = most;
        if (law_read(j, v, &by_size[i++].law, d) < 0)
            return -1;
    }
    return 0;
}

static int read_menu(struct json *j, const json_node *of, struct arena *a, struct workload *w,
                     struct diag *d)
{
    const json_node *list;
    ns_t *menu, before = 0;

    if (table(j, of, "menu", 256, &list, d) < 0)
        return -1;
    w->menu = menu = ARENA_ARRAY(a, ns_t, json_count(list));
    JSON_EACH (v, list) {
        if (json_as_duration(j, v, &menu[w->n_menu], d) < 0)
            return -1;
        if (menu[w->n_menu] <= before)
            return json_expected(j, v, d, "a duration above the one before it");
        before = menu[w->n_menu++];
    }
    return 0;
}

static int read_estimates(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const known[] = {"source", "law", "low", "high", "menu"};
    static const char *const laws[] = {"none", "exact", "factor", "menu"};
    enum { NONE, EXACT, FACTOR, MENU };
    const json_node *of = NULL;
    uint32_t law = NONE;

    w->factor_low = 1;
    if (section(j, "estimates", false, known, COUNT(known), &of, d) < 0)
        return -1;
    if (!of)
        return 0;
    if (!json_get(of, "law"))
        return json_missing(j, of, "law", "none, exact, factor or menu", d);
    if (json_choice(j, of, "law", laws, COUNT(laws), &law, d) < 0)
        return -1;
    if (law <= EXACT && (json_get(of, "low") || json_get(of, "high")))
        return json_fail_member(j, json_get(of, json_get(of, "low") ? "low" : "high"), d,
                                "law '%s' has no factor, expected law factor or menu", laws[law]);
    if (law != MENU && json_get(of, "menu"))
        return json_fail_member(j, json_get(of, "menu"), d,
                                "law '%s' has no menu, expected law menu", laws[law]);
    if (json_real(j, of, "low", 1, 1000, &w->factor_low, d) < 0)
        return -1;
    w->factor_high = w->factor_low;
    if (json_real(j, of, "high", w->factor_low, 1000, &w->factor_high, d) < 0)
        return -1;
    w->limits = law != NONE;
    return law == MENU ? read_menu(j, of, a, w, d) : 0;
}

static int read_users(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const known[] = {"source", "count", "zipf", "tenants"};
    const json_node *of = NULL;
    int64_t count = 0, tenants = 1;
    double zipf = 1, *until;

    if (section(j, "users", false, known, COUNT(known), &of, d) < 0)
        return -1;
    if (!of)
        return 0;
    if (!json_get(of, "count"))
        return json_missing(j, of, "count", "a number of users", d);
    if (json_int(j, of, "count", 1, 1 << 20, &count, d) < 0 ||
        json_real(j, of, "zipf", 0, 10, &zipf, d) < 0 ||
        json_int(j, of, "tenants", 1, count, &tenants, d) < 0)
        return -1;
    w->n_users = (uint32_t)count;
    w->n_tenants = (uint32_t)tenants;
    w->user_until = until = ARENA_ARRAY(a, double, w->n_users);
    for (uint32_t i = 0; i < w->n_users; i++)
        until[i] = pow(i + 1, -zipf);
    sum_up(until, w->n_users);
    return 0;
}

static int read_ends(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const words[] = {"done",    "failed",    "killed",
                                        "timeout", "preempted", "node_fail"};
    static const char *const known[] = {"source",  "done",      "failed",   "killed",
                                        "timeout", "preempted", "node_fail"};
    static const char *const inner[] = {"weight", "run_factor"};
    const json_node *of = NULL;
    struct workload_end *ends;
    double *until;

    _Static_assert(JOB_DONE == 0 && JOB_NODE_FAIL == 5, "the words stand in the order of the enum");
    if (section(j, "ends", false, known, COUNT(known), &of, d) < 0)
        return -1;
    if (!of)
        return 0;
    w->ends = ends = ARENA_ARRAY(a, struct workload_end, COUNT(words));
    w->end_until = until = ARENA_ARRAY(a, double, COUNT(words));
    for (uint32_t i = 0; i < COUNT(words); i++) {
        const json_node *v = NULL;
        double factor = 1;

        if (json_object(j, of, words[i], &v, d) < 0)
            return -1;
        if (!v)
            continue;
        if (json_check_keys(j, v, inner, COUNT(inner), d) < 0 ||
            weight(j, v, &until[w->n_ends], d) < 0 ||
            json_real(j, v, "run_factor", 1e-3, 1e3, &factor, d) < 0)
            return -1;
        ends[w->n_ends++] = (struct workload_end){(enum job_end)i, factor};
    }
    if (w->n_ends == 0)
        return json_fail(j, of, d, "no end is named, expected at least one such as done");
    sum_up(until, w->n_ends);
    return 0;
}

static int read_frame(struct json *j, struct arena *a, struct workload *w, struct diag *d)
{
    static const char *const known[] = {
        "berth_workload", "name",  "summary",   "origin",    "resolution", "jobs", "duration",
        "arrivals",       "sizes", "run_times", "estimates", "users",      "ends"};
    const json_node *root = json_root(j);
    const char *text = NULL, *origin = NULL;
    int64_t version = 1, jobs = 0;
    bool zoned;

    if (json_is(j, root, JSON_OBJECT, d) < 0 ||
        json_check_keys(j, root, known, COUNT(known), d) < 0)
        return -1;
    if (!json_get(root, "berth_workload"))
        return json_missing(j, root, "berth_workload", "the format's version, 1", d);
    if (json_int(j, root, "berth_workload", 1, 1, &version, d) < 0 ||
        json_text(j, root, "name", &text, d) < 0)
        return -1;
    if (!text)
        return json_missing(j, root, "name", "text", d);
    w->name = arena_text(a, text, strlen(text));
    w->origin = NS_UNKNOWN;
    w->resolution = NS_PER_S;
    w->duration = NS_NEVER;
    if (json_text(j, root, "summary", &text, d) < 0 ||
        json_text(j, root, "origin", &origin, d) < 0 ||
        json_duration(j, root, "resolution", &w->resolution, d) < 0 ||
        json_duration(j, root, "duration", &w->duration, d) < 0 ||
        json_int(j, root, "jobs", 1, INT32_MAX, &jobs, d) < 0)
        return -1;
    if (origin && (!units_civil(origin, strlen(origin), &w->origin, &zoned) || !zoned ||
                   w->origin < 0 || w->origin % (3600 * NS_PER_S)))
        return json_expected(j, json_get(root, "origin"), d,
                             "a full hour such as \"2020-06-01T00:00:00Z\"");
    if (w->resolution < 1 || (3600 * NS_PER_S) % w->resolution)
        return json_expected(j, json_get(root, "resolution"), d,
                             "a part of an hour such as \"1s\"");
    w->jobs = (uint64_t)jobs;
    if (!jobs && w->duration == NS_NEVER)
        return json_missing(j, root, "jobs", "a number of jobs, or a duration", d);
    return 0;
}

int workload_load(const char *file, struct arena *a, struct workload **out, struct diag *d)
{
    struct workload *w = ARENA_NEW(a, struct workload);
    struct json *j = json_read(file, "a workload model", JSON_COMMENTS | JSON_PATH_INLINE, d);
    int trouble;

    if (!j)
        return -1;
    trouble = read_frame(j, a, w, d) < 0 || read_arrivals(j, w, d) < 0 ||
              read_sizes(j, a, w, d) < 0 || read_run_times(j, a, w, d) < 0 ||
              read_estimates(j, a, w, d) < 0 || read_users(j, a, w, d) < 0 ||
              read_ends(j, a, w, d) < 0;
    json_free(j);
    if (trouble)
        return -1;
    *out = w;
    return 0;
}
