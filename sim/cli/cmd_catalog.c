/* cmd_catalog.c - berth catalog: hardware and prices with their sources. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "experiment/scenario.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static const struct verb_example examples[] = {
    {"berth catalog", "every entry, one a line"},
    {"berth catalog --type gpu", "only GPUs"},
    {"berth catalog h100-sxm", "its figures with range, source, date and confidence"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"type", 0, OPTS_TEXT, offsetof(struct opts, type), "KIND",
     "gpu, node, fabric, storage or price (all)", "gpu node fabric storage price"},
    {0},
};
static const struct opts_table own = {"what to show", own_flags};

static bool wants(const char *type, const char *kind)
{
    return !type || !strcmp(type, kind);
}

static void heading(const char *text)
{
    printf("%s\n", text);
}

static void list(const struct catalog *c, const char *type)
{
    static const char *const kinds[] = {"fabric", "storage", "price"};

    if (wants(type, "gpu")) {
        heading("gpu");
        for (uint32_t i = 0; i < c->n_gpus; i++)
            printf("  %-24s %5u GiB  %s\n", c->gpus[i].id, c->gpus[i].memory_mib / 1024,
                   c->gpus[i].name);
    }
    if (wants(type, "node")) {
        heading("node");
        for (uint32_t i = 0; i < c->n_nodes; i++)
            printf("  %-24s %3u x %-14s %s\n", c->nodes[i].id, c->nodes[i].gpus,
                   *c->nodes[i].gpu ? c->nodes[i].gpu : "-", c->nodes[i].name);
    }
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (!wants(type, kinds[k]))
            continue;
        heading(kinds[k]);
        for (uint32_t i = 0; i < c->n_entries; i++)
            if (!strcmp(c->entries[i].kind, kinds[k]))
                printf("  %-24s %s\n", c->entries[i].id, c->entries[i].name);
    }
}

static void figure(const char *what, struct range r, const char *unit)
{
    if (isnan(r.value))
        return;
    printf("  %-22s %g %s", what, r.value, unit);
    if (r.low < r.value || r.high > r.value)
        printf(" (%g to %g)", r.low, r.high);
    putchar('\n');
}

static void provenance(const struct provenance *p)
{
    printf("  %-22s %s\n  %-22s %s\n  %-22s %s\n", "source", p->source, "date", p->date,
           "confidence", p->confidence);
    if (p->note && *p->note)
        printf("  %-22s %s\n", "note", p->note);
}

static void describe_gpu(const struct catalog_gpu *g)
{
    printf("%s (gpu)\n  %-22s %s, %s\n", g->id, "name", g->name, g->vendor);
    for (uint32_t i = 0; i < g->n_aliases; i++)
        printf("  %-22s %s\n", i ? "" : "also called", g->aliases[i]);
    if (g->memory_mib)
        printf("  %-22s %u MiB\n", "memory", g->memory_mib);
    figure("dense BF16", g->bf16_tflops, "TFLOP/s");
    figure("board power", g->power_w, "W");
    figure("idle power", g->idle_w, "W");
    provenance(&g->from);
}

static void describe_node(const struct catalog_node *n)
{
    printf("%s (node)\n  %-22s %s\n  %-22s %u x %s\n", n->id, "name", n->name, "GPUs", n->gpus,
           *n->gpu ? n->gpu : "none");
    if (n->nvlink_gpus > 1)
        printf("  %-22s %u GPUs\n", "NVLink domain", n->nvlink_gpus);
    printf("  %-22s %u\n", "NUMA nodes", n->numa);
    if (n->cpu_milli)
        printf("  %-22s %g\n", "CPUs", (double)n->cpu_milli / 1000);
    if (n->memory_mib)
        printf("  %-22s %g GiB\n", "memory", (double)n->memory_mib / 1024);
    figure("price", n->price_usd, "USD");
    figure("maximum power", n->power_max_w, "W");
    figure("idle power", n->idle_w, "W");
    provenance(&n->from);
}

static void describe_entry(const struct catalog_entry *e)
{
    printf("%s (%s)\n  %-22s %s\n", e->id, e->kind, "name", e->name);
    for (uint32_t i = 0; i < e->n_figures; i++)
        figure(e->figures[i].key, e->figures[i].range, e->figures[i].unit);
    provenance(&e->from);
}

static int unknown(const struct catalog *c, const char *name, struct diag *d)
{
    uint32_t n = 0, room = c->n_gpus + c->n_nodes + c->n_entries;
    const char **words = calloc(room ? room : 1, sizeof *words);

    for (uint32_t i = 0; words && i < c->n_gpus; i++)
        words[n++] = c->gpus[i].id;
    for (uint32_t i = 0; words && i < c->n_nodes; i++)
        words[n++] = c->nodes[i].id;
    for (uint32_t i = 0; words && i < c->n_entries; i++)
        words[n++] = c->entries[i].id;
    const char *near = diag_nearest(name, words, n);
    diag_fail(d, STATUS_USAGE, (struct diag_at){0},
              "unknown catalogue entry '%s'%s%s%s, see 'berth catalog'", name,
              near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    free(words);
    return -1;
}

/* ---- JSON ---- */

static void json_text(struct writer *w, const char *key, const char *value)
{
    writer_print(w, ",\"%s\":", key);
    writer_json(w, value);
}

static void json_range(struct writer *w, const char *key, struct range r)
{
    writer_print(w, ",");
    writer_json(w, key);
    writer_print(w, ":{\"value\":");
    writer_real(w, r.value, 6);
    writer_print(w, ",\"low\":");
    writer_real(w, r.low, 6);
    writer_print(w, ",\"high\":");
    writer_real(w, r.high, 6);
    writer_print(w, "}");
}

static void json_open(struct writer *w, bool *first, const char *kind, const char *id,
                      const char *name)
{
    writer_print(w, *first ? "\n{\"kind\":" : ",\n{\"kind\":");
    *first = false;
    writer_json(w, kind);
    json_text(w, "id", id);
    json_text(w, "name", name);
}

static void json_close(struct writer *w, const struct provenance *p)
{
    json_text(w, "source", p->source);
    json_text(w, "date", p->date);
    json_text(w, "confidence", p->confidence);
    writer_print(w, "}");
}

static bool picked(const char *id, const char *name)
{
    return !name || !strcasecmp(id, name);
}

static int print_json(const struct catalog *c, const char *type, const char *name, struct diag *d)
{
    struct writer w;
    bool first = true;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"berth_catalog\":1,\"entries\":[");
    for (uint32_t i = 0; wants(type, "gpu") && i < c->n_gpus; i++) {
        const struct catalog_gpu *g = &c->gpus[i];
        if (name && catalog_gpu_find(c, name) != g)
            continue;
        json_open(&w, &first, "gpu", g->id, g->name);
        writer_print(&w, ",\"memory_mib\":%u", g->memory_mib);
        json_range(&w, "bf16_tflops", g->bf16_tflops);
        json_range(&w, "power_w", g->power_w);
        json_range(&w, "idle_w", g->idle_w);
        json_close(&w, &g->from);
    }
    for (uint32_t i = 0; wants(type, "node") && i < c->n_nodes; i++) {
        const struct catalog_node *n = &c->nodes[i];
        if (!picked(n->id, name))
            continue;
        json_open(&w, &first, "node", n->id, n->name);
        json_text(&w, "gpu", *n->gpu ? n->gpu : NULL);
        writer_print(&w, ",\"gpus\":%u,\"nvlink_gpus\":%u,\"numa\":%u", n->gpus, n->nvlink_gpus,
                     n->numa);
        writer_print(&w, ",\"cpu_milli\":%lld,\"memory_mib\":%lld", (long long)n->cpu_milli,
                     (long long)n->memory_mib);
        json_range(&w, "price_usd", n->price_usd);
        json_range(&w, "power_max_w", n->power_max_w);
        json_range(&w, "idle_w", n->idle_w);
        json_close(&w, &n->from);
    }
    for (uint32_t i = 0; i < c->n_entries; i++) {
        const struct catalog_entry *e = &c->entries[i];
        if (!wants(type, e->kind) || !picked(e->id, name))
            continue;
        json_open(&w, &first, e->kind, e->id, e->name);
        for (uint32_t k = 0; k < e->n_figures; k++)
            json_range(&w, e->figures[k].key, e->figures[k].range);
        json_close(&w, &e->from);
    }
    writer_print(&w, "\n]}\n");
    return writer_close(&w, d);
}

static int show(const struct call *c, const struct catalog *all, struct diag *d)
{
    const char *name = c->opts->args.n ? c->opts->args.at[0] : NULL;
    const struct catalog_gpu *gpu = name ? catalog_gpu_find(all, name) : NULL;
    const struct catalog_node *node = name ? catalog_node_find(all, name) : NULL;
    const struct catalog_entry *entry = name ? catalog_entry_find(all, name) : NULL;

    if (name && !gpu && !node && !entry)
        return unknown(all, name, d);
    if (c->opts->json)
        return print_json(all, c->opts->type, name, d);
    if (!name)
        list(all, c->opts->type);
    if (gpu)
        describe_gpu(gpu);
    if (node)
        describe_node(node);
    if (entry)
        describe_entry(entry);
    return STATUS_OK;
}

static int cmd_catalog(const struct call *c, struct diag *d)
{
    struct catalog all = {0};
    struct arena a;
    int status = -1;

    arena_init(&a);
    const char *folder = catalog_folder(c->opts->catalog, &a, d);
    if (folder && catalog_load(folder, &a, &all, d) == 0)
        status = show(c, &all, d);
    arena_free(&a);
    return status;
}

const struct verb cmd_catalog_verb = {
    .name = "catalog",
    .args = "[NAME]",
    .summary = "list hardware and prices with their sources, or describe one",
    .group = "look",
    .examples = examples,
    .tables = {&own, &opts_catalog, &opts_speaking},
    .args_max = 1,
    .run = cmd_catalog,
};
