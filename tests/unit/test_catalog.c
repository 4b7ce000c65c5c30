/* test_catalog.c - every shipped catalogue file is whole and consistent; bad ones are refused. */
#include "experiment/scenario.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;
static struct catalog shipped;

static int load_shipped(void **state)
{
    struct diag d = {0};
    (void)state;
    arena_init(&arena);
    if (catalog_load("scenarios/catalog", &arena, &shipped, &d) == 0)
        return 0;
    diag_print(stderr, &d, "error", 0);
    return -1;
}

static int free_shipped(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void check_range(const char *id, const char *what, struct range r)
{
    if (isnan(r.value))
        assert_true(isnan(r.low) && isnan(r.high));
    else if (!(r.low <= r.value && r.value <= r.high))
        fail_msg("%s: %s is not ordered: %g %g %g", id, what, r.low, r.value, r.high);
}

static void check_provenance(const char *id, const struct provenance *p)
{
    if (!*p->source || !*p->confidence || !*p->checked)
        fail_msg("%s has no source or confidence", id);
    /* "2026", "2026-03", "2026-03-14", "2020-2024", several joined by " ; " */
    bool year = true;
    for (const char *t = p->date; *t && year;
         t = strstr(t, " ; ") ? strstr(t, " ; ") + 3 : t + strlen(t)) {
        for (int i = 0; i < 4; i++)
            year = year && isdigit((unsigned char)t[i]);
        year = year && (t[0] == '2' && t[1] == '0') && strspn(t, "0123456789-Q") >= 4;
    }
    if (!year || !*p->date)
        fail_msg("%s: date is '%s'", id, p->date);
}

static void check_id(const char *id, const char *before)
{
    for (const char *c = id; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            fail_msg("id '%s' has other bytes than a-z 0-9 -", id);
    if (before && strcmp(before, id) >= 0)
        fail_msg("'%s' stands before '%s'", before, id);
}

static void every_gpu_is_sourced_and_ordered(void **state)
{
    (void)state;
    assert_true(shipped.n_gpus >= 30);
    for (uint32_t i = 0; i < shipped.n_gpus; i++) {
        const struct catalog_gpu *g = &shipped.gpus[i];
        check_id(g->id, i ? g[-1].id : NULL);
        check_provenance(g->id, &g->from);
        check_range(g->id, "bf16_tflops", g->bf16_tflops);
        check_range(g->id, "power_w", g->power_w);
        check_range(g->id, "idle_w", g->idle_w);
        for (uint32_t k = 0; k < g->n_figures; k++)
            check_range(g->id, g->figures[k].key, g->figures[k].range);
        assert_ptr_equal(catalog_gpu_find(&shipped, g->id), g);
        for (uint32_t k = 0; k < g->n_aliases; k++)
            if (catalog_gpu_find(&shipped, g->aliases[k]) != g)
                fail_msg("alias '%s' of %s finds another", g->aliases[k], g->id);
    }
}

static void every_node_refers_to_a_gpu_and_is_sourced(void **state)
{
    (void)state;
    assert_true(shipped.n_nodes >= 20);
    for (uint32_t i = 0; i < shipped.n_nodes; i++) {
        const struct catalog_node *n = &shipped.nodes[i];
        check_id(n->id, i ? n[-1].id : NULL);
        check_provenance(n->id, &n->from);
        check_range(n->id, "price_usd", n->price_usd);
        check_range(n->id, "power_max_w", n->power_max_w);
        check_range(n->id, "idle_w", n->idle_w);
        if (!isnan(n->idle_w.high))
            assert_true(n->idle_w.high <= n->power_max_w.value);
        assert_true(n->gpus == 0 || catalog_gpu_find(&shipped, n->gpu) != NULL);
        assert_true(n->numa >= 1 && n->gpus % n->numa == 0);
        assert_true(n->nvlink_gpus <= 1 || n->nvlink_gpus % n->gpus == 0 ||
                    n->gpus % n->nvlink_gpus == 0);
    }
}

static void every_figure_entry_is_sourced_and_has_units(void **state)
{
    static const char *const kinds[] = {"fabric", "storage", "price"};
    uint32_t seen[3] = {0};
    (void)state;
    for (uint32_t i = 0; i < shipped.n_entries; i++) {
        const struct catalog_entry *e = &shipped.entries[i];
        check_id(e->id, i ? e[-1].id : NULL);
        check_provenance(e->id, &e->from);
        assert_true(e->n_figures > 0);
        for (uint32_t k = 0; k < e->n_figures; k++) {
            check_range(e->id, e->figures[k].key, e->figures[k].range);
            assert_true(*e->figures[k].unit);
        }
        for (uint32_t k = 0; k < 3; k++)
            seen[k] += !strcmp(e->kind, kinds[k]);
    }
    assert_true(seen[0] >= 10 && seen[1] >= 10 && seen[2] >= 30);
}

static void names_in_traces_and_labels_are_known(void **state)
{
    static const struct {
        const char *name, *id;
    } names[] = {
        {"V100M32", "v100-sxm2-32"},
        {"V100M16", "v100-sxm2-16"},
        {"P100", "p100-pcie"},
        {"T4", "t4"},
        {"A10", "a10"},
        {"G1", "openb-g1"},
        {"G2", "openb-g2"},
        {"G3", "openb-g3"},
        {"NVIDIA-A100-SXM4-80GB", "a100-sxm-80"},
        {"NVIDIA A100-SXM4-80GB", "a100-sxm-80"},
        {"NVIDIA-H100-80GB-HBM3", "h100-sxm"},
        {"NVIDIA-GB200", "gb200"},
        {"Tesla-T4", "t4"},
        {"Tesla T4", "t4"},
        {"NVIDIA-L4", "l4"},
        {"a100", "a100-sxm-80"},
        {"h100", "h100-sxm"},
        {"H100-SXM", "h100-sxm"},
        {"cpu", "cpu"},
        {"AMD_Instinct_MI300X_OAM", "mi300x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct catalog_gpu *g = catalog_gpu_find(&shipped, names[i].name);
        if (!g || strcmp(g->id, names[i].id) != 0)
            fail_msg("'%s' finds %s, expected %s", names[i].name, g ? g->id : "nothing",
                     names[i].id);
    }
    assert_null(catalog_gpu_find(&shipped, ""));
    assert_null(catalog_gpu_find(&shipped, "h1000"));
    assert_string_equal(catalog_gpu_nearest(&shipped, "h1000"), "h100-sxm");
    assert_string_equal(catalog_node_nearest(&shipped, "hgx-v10"), "hgx-v100");
    assert_null(catalog_node_nearest(&shipped, "zzzzzzzzzz"));
}

static void a_rack_scale_tray_is_a_part_of_its_rack(void **state)
{
    const struct catalog_node *n = catalog_node_find(&shipped, "gb200-nvl72");
    (void)state;
    assert_non_null(n);
    assert_int_equal(n->gpus, 4);
    assert_int_equal(n->nvlink_gpus, 72);
    assert_true(n->price_usd.value * 18 > 3.0e6 && n->price_usd.value * 18 < 3.2e6);
    assert_string_equal(n->from.confidence, "derived");
}

static void what_scenarios_fall_back_to_is_there(void **state)
{
    static const char *const keys[] = {"life",          "residual",
                                       "network_share", "energy_per_kwh",
                                       "pue",           "hosting_per_kw_month",
                                       "support",       "staff_per_gpu_year",
                                       "busy_share"};
    const struct catalog_entry *e = catalog_entry_find(&shipped, "owned-defaults");
    (void)state;
    assert_non_null(e);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(catalog_figure_find(e, keys[i]));
    assert_null(catalog_figure_find(e, "lif"));
}

/* ---- bad files ---- */

#define FROM                                                                                       \
    "\"source\": \"s\", \"date\": \"2026\", \"confidence\": \"derived\", \"checked\": \"n/a\", "   \
    "\"note\": \"\""
#define GPU(id, more)                                                                              \
    "{\"id\": \"" id                                                                               \
    "\", \"name\": \"n\", \"vendor\": \"v\", \"memory_gb\": 1, \"bf16_tflops\": 1, "               \
    "\"power_w\": 1, \"idle_w\": null, " more "}"

static void broken_entries_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"gpus\": []}", "key 'berth_catalog' is missing in $, expected version 1"},
        {"{\"berth_catalog\": 2}",
         "berth_catalog is 2, expected a whole number from 1 to 1 at $.berth_catalog"},
        {"{\"berth_catalog\": 1, \"gpu\": []}", "unknown key 'gpu' at $.gpu (nearest: 'gpus')"},
        {"{\"berth_catalog\": 1, \"gpus\": [" GPU("a", "\"date\": \"2026\"") "]}",
         "key 'source' is missing in $.gpus[0], expected text"},
        {"{\"berth_catalog\": 1, \"gpus\": [" GPU("a", FROM) ", " GPU("A", FROM) "]}",
         "id is 'A', expected an id or alias used once at $.gpus[1].id"},
        {"{\"berth_catalog\": 1, \"gpus\": [" GPU("a", FROM ", \"aliases\": [\"x\"]") ", " GPU(
             "b", FROM ", \"aliases\": [\"X\"]") "]}",
         "aliases[0] is 'X', expected an id or alias used once at $.gpus[1].aliases[0]"},
        {"{\"berth_catalog\": 1, \"gpus\": [" GPU(
             "a", "\"source\": \"s\", \"date\": \"2026\", \"confidence\": "
                  "\"sure\", \"checked\": \"n/a\", \"note\": \"\"") "]}",
         "confidence is 'sure', expected vendor-spec, measured-3p, list-price, market-index, "
         "rumoured, derived or "
         "engineers-estimate at $.gpus[0].confidence"},
        {"{\"berth_catalog\": 1, \"entries\": [{\"id\": \"e\", \"kind\": \"price\", \"name\": "
         "\"n\", \"figures\": "
         "[{\"key\": \"k\", \"unit\": \"USD\", \"value\": {\"value\": 1, \"low\": 2}}], " FROM
         "}]}",
         "low is 2, expected at most the value, 1 at $.entries[0].figures[0].value.low"},
        {"{\"berth_catalog\": 1, \"nodes\": [{\"id\": \"n\", \"name\": \"n\", \"gpu\": \"zz\", "
         "\"price_usd\": 1, "
         "\"power_max_w\": 1, \"idle_w\": 1, " FROM "}]}",
         "node 'n' has gpu 'zz', expected a GPU id of the catalogue"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char folder[] = "/tmp/berth-catalog-XXXXXX", path[64];
        struct arena a;
        struct catalog c;
        struct diag d = {0};
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/x.json", folder);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(cases[i].text, f);
        fclose(f);
        arena_init(&a);
        assert_int_equal(catalog_load(folder, &a, &c, &d), -1);
        assert_int_equal(d.status, STATUS_INPUT);
        assert_string_equal(d.message, cases[i].message);
        arena_free(&a);
        unlink(path);
        assert_int_equal(rmdir(folder), 0);
    }
}

static void the_folder_is_found_above_the_program(void **state)
{
    struct arena a;
    struct diag d = {0};
    (void)state;
    arena_init(&a);
    assert_string_equal(catalog_folder("given", &a, &d), "given");
    setenv("BERTH_CATALOG", "/from/env", 1);
    assert_string_equal(catalog_folder(NULL, &a, &d), "/from/env");
    unsetenv("BERTH_CATALOG");
    const char *found = catalog_folder(NULL, &a, &d);
    if (found) /* a test program built elsewhere has none above it */
        assert_non_null(strstr(found, "scenarios/catalog"));
    arena_free(&a);
}

static void a_missing_folder_is_named(void **state)
{
    struct arena a;
    struct catalog c;
    struct diag d = {0};
    (void)state;
    arena_init(&a);
    assert_int_equal(catalog_load("no/such/folder", &a, &c, &d), -1);
    assert_string_equal(d.file, "no/such/folder");
    assert_string_equal(d.message, "cannot open the catalogue folder");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gpu_is_sourced_and_ordered),
        cmocka_unit_test(every_node_refers_to_a_gpu_and_is_sourced),
        cmocka_unit_test(every_figure_entry_is_sourced_and_has_units),
        cmocka_unit_test(names_in_traces_and_labels_are_known),
        cmocka_unit_test(a_rack_scale_tray_is_a_part_of_its_rack),
        cmocka_unit_test(what_scenarios_fall_back_to_is_there),
        cmocka_unit_test(broken_entries_are_refused_with_their_place),
        cmocka_unit_test(the_folder_is_found_above_the_program),
        cmocka_unit_test(a_missing_folder_is_named),
    };
    return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
