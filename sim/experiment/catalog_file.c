/* catalog_file.c - the hardware catalogue from its JSON files, checked entry by entry.
 *
 * Every *.json of the folder may hold "gpus", "nodes" and "entries"; files are read in order
 * of their names. Everything is copied into the arena, so the documents do not live on. */
#include "base/json.h"
#include "base/vec.h"
#include "experiment/scenario.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIGURE_MAX 1e15

struct reader {
    struct arena *a;
    struct json *j;
    struct diag *d;
    VEC(struct catalog_gpu) gpus;
    VEC(struct catalog_node) nodes;
    VEC(struct catalog_entry) entries;
};

static const char *keep(struct reader *r, const char *text)
{
    return arena_text(r->a, text, strlen(text));
}

/* A text member that must be there. */
static int need_text(struct reader *r, const json_node *of, const char *key, const char **out)
{
    const char *text = NULL;
    if (!json_get(of, key))
        return json_missing(r->j, of, key, "text", r->d);
    if (json_text(r->j, of, key, &text, r->d) < 0)
        return -1;
    *out = keep(r, text);
    return 0;
}

static int some_text(struct reader *r, const json_node *of, const char *key, const char **out)
{
    if (need_text(r, of, key, out) < 0)
        return -1;
    return **out ? 0 : json_expected(r->j, json_get(of, key), r->d, "text that is not empty");
}

static int word(struct reader *r, const json_node *of, const char *key, const char *const *words,
                uint32_t n, const char **out)
{
    uint32_t which = 0;
    if (!json_get(of, key))
        return json_missing(r->j, of, key, words[0], r->d);
    if (json_choice(r->j, of, key, words, n, &which, r->d) < 0)
        return -1;
    *out = words[which];
    return 0;
}

#define WORD(r, of, key, words, out)                                                               \
    word((r), (of), (key), (words), sizeof(words) / sizeof *(words), (out))

/* A range that must be there, null when unknown. */
static int need_range(struct reader *r, const json_node *of, const char *key, struct range *out)
{
    double v[3] = {0};
    if (!json_get(of, key))
        return json_missing(r->j, of, key, "a number, a range or null", r->d);
    if (json_range(r->j, of, key, 0, FIGURE_MAX, v, r->d) < 0)
        return -1;
    *out = (struct range){v[0], v[1], v[2]};
    return 0;
}

static int read_provenance(struct reader *r, const json_node *of, struct provenance *p)
{
    static const char *const confidence[] = {"vendor-spec",       "measured-3p", "list-price",
                                             "market-index",      "rumoured",    "derived",
                                             "engineers-estimate"};
    static const char *const checked[] = {"seen", "partly-seen", "secondary", "recalled", "n/a"};
    return some_text(r, of, "source", &p->source) < 0 || some_text(r, of, "date", &p->date) < 0 ||
                   WORD(r, of, "confidence", confidence, &p->confidence) < 0 ||
                   WORD(r, of, "checked", checked, &p->checked) < 0 ||
                   need_text(r, of, "note", &p->note) < 0
               ? -1
               : 0;
}

/* {"fp16_tflops": 312, ...} */
static int read_plain_figures(struct reader *r, const json_node *of,
                              const struct catalog_figure **out, uint32_t *n)
{
    const json_node *list;
    if (json_object(r->j, of, "figures", &list, r->d) < 0)
        return -1;
    struct catalog_figure *f = ARENA_ARRAY(r->a, struct catalog_figure, json_count(list));
    *out = f;
    *n = 0;
    JSON_EACH (v, list) {
        f[*n].key = keep(r, json_key(v));
        f[*n].unit = "";
        if (need_range(r, list, json_key(v), &f[(*n)++].range) < 0)
            return -1;
    }
    return 0;
}

static int read_gpu(struct reader *r, const json_node *v)
{
    static const char *const keys[] = {
        "id",     "name",    "vendor", "aliases", "memory_gb",  "bf16_tflops", "power_w",
        "idle_w", "figures", "source", "date",    "confidence", "checked",     "note"};
    struct catalog_gpu g = {0};
    struct range memory = {0};
    const json_node *aliases;
    if (json_check_keys(r->j, v, keys, sizeof keys / sizeof *keys, r->d) < 0 ||
        some_text(r, v, "id", &g.id) < 0 || some_text(r, v, "name", &g.name) < 0 ||
        some_text(r, v, "vendor", &g.vendor) < 0 ||
        json_array(r->j, v, "aliases", &aliases, r->d) < 0 ||
        need_range(r, v, "memory_gb", &memory) < 0 ||
        need_range(r, v, "bf16_tflops", &g.bf16_tflops) < 0 ||
        need_range(r, v, "power_w", &g.power_w) < 0 || need_range(r, v, "idle_w", &g.idle_w) < 0 ||
        read_provenance(r, v, &g.from) < 0 ||
        read_plain_figures(r, v, &g.figures, &g.n_figures) < 0)
        return -1;
    g.memory_mib = isnan(memory.value) || memory.value > 1e6 ? 0 : (uint32_t)(memory.value * 1024);
    const char **list = ARENA_ARRAY(r->a, const char *, json_count(aliases));
    g.aliases = list;
    JSON_EACH (alias, aliases) {
        const char *text;
        if (json_as_text(r->j, alias, &text, r->d) < 0)
            return -1;
        list[g.n_aliases++] = keep(r, text);
    }
    VEC_PUSH(&r->gpus, g);
    return 0;
}

static int read_node(struct reader *r, const json_node *v)
{
    static const char *const keys[] = {
        "id",          "name",        "gpu",        "gpus",
        "nvlink_gpus", "numa",        "cpu",        "memory",
        "price_usd",   "power_max_w", "idle_w",     "figures",
        "source",      "date",        "confidence", "price_confidence",
        "checked",     "note"};
    struct catalog_node n = {.price_confidence = ""};
    int64_t gpus = 0, nvlink = 0, numa = 1;
    double cpu = 0;
    const char *memory = NULL;
    if (json_check_keys(r->j, v, keys, sizeof keys / sizeof *keys, r->d) < 0 ||
        some_text(r, v, "id", &n.id) < 0 || some_text(r, v, "name", &n.name) < 0 ||
        need_text(r, v, "gpu", &n.gpu) < 0 || json_int(r->j, v, "gpus", 0, 4096, &gpus, r->d) < 0 ||
        json_int(r->j, v, "nvlink_gpus", 0, 65536, &nvlink, r->d) < 0 ||
        json_int(r->j, v, "numa", 1, 64, &numa, r->d) < 0 ||
        json_real(r->j, v, "cpu", 0, 1e6, &cpu, r->d) < 0 ||
        json_text(r->j, v, "memory", &memory, r->d) < 0 ||
        need_range(r, v, "price_usd", &n.price_usd) < 0 ||
        need_range(r, v, "power_max_w", &n.power_max_w) < 0 ||
        need_range(r, v, "idle_w", &n.idle_w) < 0 || read_provenance(r, v, &n.from) < 0 ||
        read_plain_figures(r, v, &n.figures, &n.n_figures) < 0 ||
        (json_get(v, "price_confidence") &&
         need_text(r, v, "price_confidence", &n.price_confidence) < 0))
        return -1;
    int64_t bytes = 0;
    if (memory && !units_bytes(memory, strlen(memory), &bytes))
        return json_expected(r->j, json_get(v, "memory"), r->d,
                             "a size with a unit such as \"2TiB\"");
    n.gpus = (uint32_t)gpus;
    n.nvlink_gpus = (uint32_t)nvlink;
    n.numa = (uint32_t)numa;
    n.cpu_milli = (int64_t)(cpu * 1000);
    n.memory_mib = bytes >> 20;
    VEC_PUSH(&r->nodes, n);
    return 0;
}

static int read_entry(struct reader *r, const json_node *v)
{
    static const char *const keys[] = {"id",   "kind",       "name",    "figures", "source",
                                       "date", "confidence", "checked", "note"};
    static const char *const figure_keys[] = {"key", "unit", "value"};
    static const char *const kinds[] = {"fabric", "storage", "price"};
    struct catalog_entry e = {0};
    const json_node *figures;
    if (json_check_keys(r->j, v, keys, sizeof keys / sizeof *keys, r->d) < 0 ||
        some_text(r, v, "id", &e.id) < 0 || WORD(r, v, "kind", kinds, &e.kind) < 0 ||
        some_text(r, v, "name", &e.name) < 0 || read_provenance(r, v, &e.from) < 0 ||
        json_array(r->j, v, "figures", &figures, r->d) < 0)
        return -1;
    struct catalog_figure *f = ARENA_ARRAY(r->a, struct catalog_figure, json_count(figures));
    e.figures = f;
    JSON_EACH (figure, figures) {
        struct catalog_figure *to = &f[e.n_figures++];
        if (json_is(r->j, figure, JSON_OBJECT, r->d) < 0 ||
            json_check_keys(r->j, figure, figure_keys, 3, r->d) < 0 ||
            some_text(r, figure, "key", &to->key) < 0 ||
            some_text(r, figure, "unit", &to->unit) < 0 ||
            need_range(r, figure, "value", &to->range) < 0)
            return -1;
    }
    VEC_PUSH(&r->entries, e);
    return 0;
}

static bool id_taken(const struct reader *r, const char *id, char list)
{
    struct catalog c = {r->gpus.at,          r->nodes.at,          r->entries.at,
                        (uint32_t)r->gpus.n, (uint32_t)r->nodes.n, (uint32_t)r->entries.n};
    return list == 'g'   ? catalog_gpu_find(&c, id) != NULL
           : list == 'n' ? catalog_node_find(&c, id) != NULL
                         : catalog_entry_find(&c, id) != NULL;
}

static int read_list(struct reader *r, const json_node *root, const char *key,
                     int (*one)(struct reader *, const json_node *))
{
    const json_node *list;
    if (json_array(r->j, root, key, &list, r->d) < 0)
        return -1;
    JSON_EACH (v, list) {
        const char *id = json_string(json_get(v, "id"));
        if (json_is(r->j, v, JSON_OBJECT, r->d) < 0)
            return -1;
        if (id && id_taken(r, id, *key))
            return json_expected(r->j, json_get(v, "id"), r->d, "an id or alias used once");
        if (*key == 'g')
            JSON_EACH (alias, json_get(v, "aliases"))
                if (json_string(alias) && id_taken(r, json_string(alias), 'g'))
                    return json_expected(r->j, alias, r->d, "an id or alias used once");
        if (one(r, v) < 0)
            return -1;
    }
    return 0;
}

static int read_file(struct reader *r, const char *path)
{
    static const char *const keys[] = {"berth_catalog", "gpus", "nodes", "entries"};
    int64_t version = 0;
    r->j = json_read(path, "a catalogue", JSON_COMMENTS | JSON_PATH_INLINE, r->d);
    if (!r->j)
        return -1;
    const json_node *root = json_root(r->j);
    int result = -1;
    if (json_is(r->j, root, JSON_OBJECT, r->d) == 0 &&
        json_check_keys(r->j, root, keys, 4, r->d) == 0) {
        if (!json_get(root, "berth_catalog"))
            json_missing(r->j, root, "berth_catalog", "version 1", r->d);
        else if (json_int(r->j, root, "berth_catalog", 1, 1, &version, r->d) == 0 &&
                 read_list(r, root, "gpus", read_gpu) == 0 &&
                 read_list(r, root, "nodes", read_node) == 0 &&
                 read_list(r, root, "entries", read_entry) == 0)
            result = 0;
    }
    json_free(r->j);
    return result;
}

static int by_id(const void *a, const void *b)
{
    /* id is the first member of all three */
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
_Static_assert(offsetof(struct catalog_gpu, id) == 0 && offsetof(struct catalog_node, id) == 0 &&
                   offsetof(struct catalog_entry, id) == 0,
               "by_id() reads the first member");

static void *sorted(struct arena *a, void *from, size_t n, size_t size)
{
    void *to = arena_alloc(a, n ? n : 1, size);
    if (n) {
        memcpy(to, from, n * size);
        qsort(to, n, size, by_id);
    }
    return to;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int catalog_load(const char *folder, struct arena *a, struct catalog *out, struct diag *d)
{
    struct reader r = {.a = a, .d = d};
    VEC(char *) files = {0};
    DIR *dir = opendir(folder);
    if (!dir)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = folder},
                         "cannot open the catalogue folder");
    for (struct dirent *e; (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n < 6 || e->d_name[0] == '.' || strcmp(e->d_name + n - 5, ".json") != 0)
            continue;
        size_t room = strlen(folder) + n + 2;
        char *path = arena_alloc(a, room, 1);
        snprintf(path, room, "%s/%s", folder, e->d_name);
        VEC_PUSH(&files, path);
    }
    closedir(dir);
    int result = 0;
    if (!files.n)
        result = diag_fail(d, STATUS_INPUT, (struct diag_at){.file = folder},
                           "folder holds no .json file, expected a catalogue");
    else
        qsort(files.at, files.n, sizeof *files.at, by_text);
    for (size_t i = 0; i < files.n && result == 0; i++)
        result = read_file(&r, files.at[i]);
    out->gpus = sorted(a, r.gpus.at, r.gpus.n, sizeof *r.gpus.at);
    out->nodes = sorted(a, r.nodes.at, r.nodes.n, sizeof *r.nodes.at);
    out->entries = sorted(a, r.entries.at, r.entries.n, sizeof *r.entries.at);
    out->n_gpus = (uint32_t)r.gpus.n;
    out->n_nodes = (uint32_t)r.nodes.n;
    out->n_entries = (uint32_t)r.entries.n;
    for (uint32_t i = 0; i < out->n_nodes && result == 0; i++) {
        const struct catalog_node *n = &out->nodes[i];
        if (*n->gpu && !catalog_gpu_find(out, n->gpu))
            result = diag_fail(d, STATUS_INPUT, (struct diag_at){.file = folder},
                               "node '%s' has gpu '%s', expected a GPU id of the catalogue", n->id,
                               n->gpu);
    }
    VEC_FREE(&files);
    VEC_FREE(&r.gpus);
    VEC_FREE(&r.nodes);
    VEC_FREE(&r.entries);
    return result;
}

/* "FOLDER/MORE" in the arena when it holds a catalogue, else NULL. */
static const char *holds_catalogue(struct arena *a, const char *folder, size_t n, const char *more)
{
    char path[1200], probe[1300];
    if (snprintf(path, sizeof path, "%.*s/%s", (int)n, folder, more) >= (int)sizeof path)
        return NULL;
    snprintf(probe, sizeof probe, "%s/gpus.json", path);
    return access(probe, R_OK) == 0 ? arena_text(a, path, strlen(path)) : NULL;
}

const char *catalog_folder(const char *given, struct arena *a, struct diag *d)
{
    const char *env = getenv("BERTH_CATALOG");
    if (given)
        return given;
    if (env && *env)
        return arena_text(a, env, strlen(env));
    char program[1024];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    for (size_t end = n > 0 ? (size_t)n : 0; end > 0;) {
        while (end > 0 && program[end - 1] != '/')
            end--;
        if (end == 0)
            break;
        end--; /* without the slash: a folder above the program */
        const char *found = holds_catalogue(a, program, end, "scenarios/catalog");
        if (!found)
            found = holds_catalogue(a, program, end, "share/berth/scenarios/catalog");
        if (found)
            return found;
    }
    diag_fail(d, STATUS_INPUT, (struct diag_at){.file = NULL},
              "no catalogue found beside the program");
    diag_hint(d, "name its folder with --catalog or BERTH_CATALOG");
    return NULL;
}
