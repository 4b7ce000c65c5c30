/* test_scenario.c - scenarios: defaults, merging, fleets, prices, and every complaint. */
#include "experiment/scenario.h"
#include "experiment/workload.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/berth-scenario-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/a.json", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/b.json", folder);
    unlink(path);
    return rmdir(folder);
}

/* A file in the folder; the path is valid until the next call. */
static const char *file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static struct arena arena;

static int load(const char *path, struct scenario_flags flags, struct scenario *s, struct diag *d)
{
    flags.catalog = "scenarios/catalog";
    memset(d, 0, sizeof *d);
    return scenario_load(path, &flags, &arena, s, d);
}

static struct scenario good(const char *path, struct scenario_flags flags)
{
    struct scenario s;
    struct diag d;
    if (load(path, flags, &s, &d) < 0) {
        diag_print(stderr, &d, "error", 0);
        fail_msg("refused");
    }
    return s;
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("got %.12g, expected %.12g", got, want);
}

#define HEAD "{\"berth_scenario\": 1, \"trace\": {\"file\": \"t.csv\"}, \"policy\": \"easy\", "
#define FLEET HEAD "\"cluster\": \"2x hgx-h100\""

static void a_scenario_reads_with_its_defaults(void **state)
{
    struct scenario s = good(file("a.json", FLEET "}"), (struct scenario_flags){0});
    char trace[96];
    (void)state;
    snprintf(trace, sizeof trace, "%s/t.csv", folder);
    assert_string_equal(s.name, "a");
    assert_string_equal(s.trace, trace);
    assert_null(s.model);
    assert_int_equal(s.n_clusters, 1);
    assert_int_equal(s.clusters[0].n_nodes, 2);
    assert_string_equal(s.clusters[0].name, "2x hgx-h100");
    assert_int_equal(s.n_policies, 1);
    assert_string_equal(s.policies[0], "easy");
    assert_true(s.seed == 1);
    assert_true(s.horizon == NS_NEVER && s.warmup == 0 && s.series_step == 0);
    assert_null(s.outputs);
    near(s.ingest.max_rejects, 0.01);
    assert_true(s.ingest.useful[JOB_DONE] && s.ingest.useful[JOB_TIMEOUT] &&
                s.ingest.useful[JOB_CENSORED]);
    assert_true(s.ingest.useful[JOB_PREEMPTED] && s.ingest.useful[JOB_NODE_FAIL]);
    assert_false(s.ingest.useful[JOB_FAILED] || s.ingest.useful[JOB_KILLED]);
    assert_true(s.clusters[0].price_given);
}

static void every_key_reaches_its_place(void **state)
{
    struct scenario s =
        good(file("a.json",
                  "// all of it\n{\"berth_scenario\": 1, \"name\": \"n\", \"trace\": {\"file\": "
                  "\"/t.csv\", \"format\": \"swf\", "
                  "\"max_rejects\": 0.25, \"tz\": \"+08:00\", \"time_unit\": \"ms\", \"resource\": "
                  "\"gpu\", \"retries\": \"merge\", "
                  "\"censored\": \"skip\", \"gang\": \"owner\", \"size\": \"requested\", "
                  "\"submit_time\": \"submit\", "
                  "\"tenant\": \"queue\", \"level\": \"rack=x\", \"cpu_only\": \"skip\", "
                  "\"oversize\": \"stop\", "
                  "\"outcome\": {\"timeout\": \"discarded\", \"failed\": \"useful\"}}, "
                  "\"clusters\": [\"1x hgx-v100\", {\"name\": \"b\", \"nodes\": \"2x hgx-v100\"}], "
                  "\"policies\": [\"fifo\", \"easy\"], \"seed\": 7, \"horizon\": \"2d\", "
                  "\"warmup\": \"1h\", \"series_step\": \"1m\", "
                  "\"outputs\": []}"),
             (struct scenario_flags){0});
    const struct trace_options *r = &s.ingest.reader;
    (void)state;
    assert_string_equal(s.name, "n");
    assert_string_equal(s.trace, "/t.csv");
    assert_string_equal(s.ingest.format, "swf");
    near(s.ingest.max_rejects, 0.25);
    assert_string_equal(r->tz, "+08:00");
    assert_true(r->time_unit == 1000000);
    assert_string_equal(r->resource, "gpu");
    assert_true(r->retries == RETRIES_MERGE && r->censored == CENSORED_SKIP &&
                r->gang == GANG_OWNER);
    assert_true(r->size == SIZE_REQUESTED && r->submit_time == SUBMIT_SUBMIT && r->cpu_only_skip);
    assert_string_equal(r->tenant, "queue");
    assert_string_equal(r->level, "rack=x");
    assert_true(s.ingest.oversize == OVERSIZE_STOP);
    assert_true(!s.ingest.useful[JOB_TIMEOUT] && s.ingest.useful[JOB_FAILED] &&
                s.ingest.useful[JOB_DONE]);
    assert_int_equal(s.n_clusters, 2);
    assert_string_equal(s.clusters[1].name, "b");
    assert_int_equal(s.clusters[1].n_nodes, 2);
    assert_string_equal(s.policies[1], "easy");
    assert_true(s.seed == 7 && s.horizon == 172800 * NS_PER_S && s.warmup == 3600 * NS_PER_S);
    assert_true(s.series_step == 60 * NS_PER_S);
    assert_non_null(s.outputs);
    assert_int_equal(s.n_outputs, 0);
}

static void flags_alone_make_a_scenario(void **state)
{
    struct scenario_flags f = {.trace = "logs/t.swf",
                               .cluster = "121x hgx-v100",
                               .policy = "easy+bestfit",
                               .horizon = "3h",
                               .seed = "18446744073709551615",
                               .max_rejects = "2.5%",
                               .format = "swf"};
    struct scenario s = good(NULL, f);
    (void)state;
    assert_string_equal(s.trace, "logs/t.swf");
    assert_string_equal(s.name, "t");
    assert_int_equal(s.clusters[0].n_nodes, 121);
    assert_string_equal(s.policies[0], "easy+bestfit");
    assert_true(s.seed == UINT64_MAX);
    near(s.ingest.max_rejects, 0.025);
    assert_string_equal(s.merged, "{\n \"berth_scenario\": 1,\n \"trace\": {\n  \"file\": "
                                  "\"logs/t.swf\",\n  \"format\": \"swf\",\n"
                                  "  \"max_rejects\": 0.025\n },\n \"cluster\": \"121x "
                                  "hgx-v100\",\n \"policy\": \"easy+bestfit\",\n"
                                  " \"horizon\": \"3h\",\n \"seed\": \"18446744073709551615\",\n "
                                  "\"catalog\": \"scenarios/catalog\",\n"
                                  " \"paths\": \"current\"\n}\n");
}

static void the_merged_text_runs_to_itself_from_another_folder(void **state)
{
    static const char *const set[] = {"price.rent_per_gpu_hour=2.50",
                                      "trace.outcome.timeout=discarded"};
    struct scenario_flags f = {.seed = "9", .set = set, .n_set = 2};
    struct scenario once =
        good(file("a.json", "{\"berth_scenario\": 1, /* c */ \"trace\": {\"file\": \"t.csv\"}, "
                            "\"clusters\": [\"1x hgx-v100\", {\"nodes\": [{\"type\": \"hgx-a100\", "
                            "\"count\": 3.0}]}], \"policy\": \"easy\"}"),
             f);
    struct scenario twice = good(file("b.json", once.merged), (struct scenario_flags){0});
    (void)state;
    assert_string_equal(twice.merged, once.merged);
    assert_string_equal(twice.trace, once.trace);
    assert_true(twice.seed == 9);
    assert_false(twice.ingest.useful[JOB_TIMEOUT]);
    near(twice.clusters[0].price.rent_gpu_hour.value, 2.5);
    assert_non_null(strstr(once.merged, "2.50"));
    assert_null(strstr(once.merged, "/* c */"));
}

static void flags_beat_the_file_and_set_beats_flags(void **state)
{
    static const char *const set[] = {"seed=3"};
    struct scenario_flags f = {.trace = "x.csv",
                               .cluster = "3x hgx-v100",
                               .policy = "fifo",
                               .seed = "2",
                               .set = set,
                               .n_set = 1};
    struct scenario s = good(
        file("a.json", "{\"berth_scenario\": 1, \"model\": {\"file\": \"m.json\"}, \"seed\": 1, "
                       "\"clusters\": [\"1x hgx-v100\"], \"policies\": [\"easy\", \"sjf\"]}"),
        f);
    (void)state;
    assert_null(s.model);
    assert_string_equal(s.trace, "x.csv"); /* typed: relative to the current folder */
    assert_int_equal(s.n_clusters, 1);
    assert_int_equal(s.clusters[0].n_nodes, 3);
    assert_int_equal(s.n_policies, 1);
    assert_true(s.seed == 3);
}

/* ---- fleets ---- */

static void a_catalogue_node_brings_its_figures(void **state)
{
    struct scenario s =
        good(file("a.json", HEAD "\"cluster\": \"1x hgx-v100 + 2 x pcie-h100nvl-8\"}"),
             (struct scenario_flags){0});
    const struct node_spec *n = s.clusters[0].nodes;
    (void)state;
    assert_int_equal(s.clusters[0].n_nodes, 3);
    assert_string_equal(n[0].type, "hgx-v100");
    assert_string_equal(n[0].gpu_type, "v100-sxm2-32");
    assert_int_equal(n[0].gpus, 8);
    assert_int_equal(n[0].numa, 2);
    assert_int_equal(n[0].memory_mib_gpu, 32768);
    assert_null(n[0].name);
    assert_null(n[0].domain[LEVEL_RACK]);
    assert_string_equal(n[2].gpu_type, "h100-nvl");
    assert_int_equal(n[2].nvlink_gpus, 2);
    assert_null(n[2].domain[LEVEL_NVLINK]);
}

static void racks_pods_and_spanning_nvlink_domains_are_named_by_group(void **state)
{
    struct scenario s = good(
        file("a.json", HEAD "\"cluster\": \"20x gb200-nvl72/rack18 + 5x hgx-h100/rack2/pod4\"}"),
        (struct scenario_flags){0});
    const struct node_spec *n = s.clusters[0].nodes;
    (void)state;
    assert_string_equal(n[0].domain[LEVEL_NVLINK], "nv0");
    assert_string_equal(n[17].domain[LEVEL_NVLINK], "nv0");
    assert_string_equal(n[18].domain[LEVEL_NVLINK], "nv1");
    assert_string_equal(n[18].domain[LEVEL_RACK], "r1");
    assert_null(n[18].domain[LEVEL_POD]);
    assert_null(n[20].domain[LEVEL_NVLINK]);
    assert_string_equal(n[20].domain[LEVEL_RACK], "r2");
    assert_string_equal(n[22].domain[LEVEL_RACK], "r3");
    assert_string_equal(n[23].domain[LEVEL_POD], "p0");
    assert_string_equal(n[24].domain[LEVEL_POD], "p1");
}

static void a_node_of_ones_own_is_spelled_out(void **state)
{
    struct scenario s = good(
        file("a.json", HEAD
             "\"cluster\": {\"name\": \"lab\", \"nodes\": [{\"count\": 2, \"type\": \"toy-4\", "
             "\"name\": \"gpu\", \"gpus\": 4, \"gpu_type\": \"V100M32\", \"nvlink_gpus\": 2, "
             "\"numa\": 2, \"cpu\": 47.5, "
             "\"memory\": \"512GiB\", \"rack\": \"left\", \"site\": \"here\", \"health\": "
             "\"drained\", \"gpus_down\": 1, "
             "\"gpu_memory\": \"16GiB\"}, {\"gpus\": 0, \"cpu\": 64}]}, \"price\": "
             "{\"rent_per_gpu_hour\": 3}}"),
        (struct scenario_flags){0});
    const struct node_spec *n = s.clusters[0].nodes;
    (void)state;
    assert_string_equal(s.clusters[0].name, "lab");
    assert_int_equal(s.clusters[0].n_nodes, 3);
    assert_string_equal(n[1].name, "gpu1");
    assert_string_equal(n[1].gpu_type, "v100-sxm2-32");
    assert_int_equal(n[1].gpus, 4);
    assert_int_equal(n[1].nvlink_gpus, 2);
    assert_true(n[1].cpu_milli == 47500 && n[1].memory_mib == 524288);
    assert_string_equal(n[1].domain[LEVEL_RACK], "left");
    assert_string_equal(n[1].domain[LEVEL_SITE], "here");
    assert_true(n[1].health == NODE_DRAINED);
    assert_int_equal(n[1].gpus_down, 1);
    assert_int_equal(n[1].memory_mib_gpu, 16384);
    assert_int_equal(n[2].gpus, 0);
}

/* ---- prices ---- */

static void an_owned_fleet_takes_the_catalogues_prices(void **state)
{
    struct scenario s = good(file("a.json", FLEET "}"), (struct scenario_flags){0});
    const struct scenario_cluster *c = &s.clusters[0];
    (void)state;
    assert_true(c->price_given);
    assert_true(isnan(c->price.rent_gpu_hour.value));
    near(c->prices[0].capital_usd.value, 290000);
    near(c->prices[0].max_w.value, 10200);
    near(c->prices[0].idle_w.value, 2550);
    near(c->prices[0].busy_w.value, 8160);
    near(c->prices[0].busy_w.low, 7140);
    near(c->price.life_years.value, 5);
    near(c->price.life_years.low, 4);
    near(c->price.energy_usd_kwh.value, 0.1437);
    near(c->price.staff_usd_year.value, 1040 * 16);
}

static void price_keys_override_the_catalogue(void **state)
{
    struct scenario s = good(
        file("a.json", FLEET ", \"price\": {\"life\": {\"value\": 4, \"low\": 3, \"high\": 5}, "
                             "\"residual\": 0.1, \"energy_per_kwh\": 0.08, \"pue\": 1.2, "
                             "\"hosting_per_kw_month\": 0, \"support\": 0, "
                             "\"staff_per_year\": 5000, \"network_share\": 0.2, \"capital\": "
                             "{\"hgx-h100\": 250000}, \"busy_share\": 1}}"),
        (struct scenario_flags){0});
    const struct scenario_cluster *c = &s.clusters[0];
    (void)state;
    near(c->price.life_years.high, 5);
    near(c->price.residual_share.value, 0.1);
    near(c->price.energy_usd_kwh.value, 0.08);
    near(c->price.pue.value, 1.2);
    near(c->price.hosting_usd_kw_month.value, 0);
    near(c->price.support_share.value, 0);
    near(c->price.staff_usd_year.value, 5000);
    near(c->prices[1].capital_usd.value, 250000);
    near(c->prices[1].busy_w.value, 10200);
}

static void money_is_known_only_when_a_price_is(void **state)
{
    static const char *const toy =
        HEAD "\"cluster\": {\"nodes\": [{\"gpus\": 4, \"gpu_type\": \"a100\"}]}";
    char text[512];
    (void)state;
    snprintf(text, sizeof text, "%s}", toy);
    assert_false(good(file("a.json", text), (struct scenario_flags){0}).clusters[0].price_given);
    snprintf(text, sizeof text, "%s, \"price\": {\"rent_per_gpu_hour\": 3.0}}", toy);
    struct scenario s = good(file("a.json", text), (struct scenario_flags){0});
    assert_true(s.clusters[0].price_given);
    near(s.clusters[0].price.rent_gpu_hour.value, 3);
    assert_true(isnan(s.clusters[0].price.life_years.value));
    assert_false(good(file("a.json", FLEET ", \"price\": \"none\"}"), (struct scenario_flags){0})
                     .clusters[0]
                     .price_given);
    /* a catalogue node with other GPUs is no longer the machine that was priced */
    assert_false(good(file("a.json", HEAD
                           "\"cluster\": {\"nodes\": [{\"type\": \"hgx-h100\", \"gpus\": 4}]}}"),
                      (struct scenario_flags){0})
                     .clusters[0]
                     .price_given);
    s = good(file("a.json", HEAD "\"cluster\": {\"nodes\": [{\"gpus\": 4, \"gpu_type\": \"a100\", "
                                 "\"price_usd\": 100000}]}}"),
             (struct scenario_flags){0});
    assert_true(s.clusters[0].price_given);
}

/* ---- complaints ---- */

static void bad_scenarios_say_what_where_and_what_instead(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\n \"berth_scenario\": 1,\n}",
         "3:1: error: found '}', expected a value after ','\n  }\n  ^\n"},
        {"[]", "1:1: error: the file is an array, expected an object at $\n  []\n  ^\n"},
        {"", ": error: the file is empty, expected a scenario\n"},
        {"{}", "1:1: error: key 'berth_scenario' is missing in $, expected version 1\n"},
        {"{\"berth_scenario\": 9}",
         "berth_scenario is 9, expected a whole number from 1 to 1 at $.berth_scenario\n"},
        {FLEET ",\n \"polciy\": 1}",
         "2:2: error: unknown key 'polciy' at $.polciy (nearest: 'policy')\n"
         "   \"polciy\": 1}\n   ^~~~~~~~\n"},
        {FLEET ",\n \"horizon\": 10800}",
         "2:13: error: horizon is 10800, expected text with a unit such as \"3h\" at $.horizon\n"
         "   \"horizon\": 10800}\n              ^~~~~\n"},
        {FLEET ", \"horizon\": \"1h\", \"warmup\": \"1h\"}",
         "warmup is '1h', expected less than the horizon at $.warmup\n"},
        {FLEET ", \"seed\": -1}", "seed is -1, expected a whole number of 0 or more at $.seed\n"},
        {FLEET ", \"seed\": \"18446744073709551616\"}",
         "seed is '18446744073709551616', expected a whole number from 0 to 18446744073709551615 "
         "at $.seed\n"},
        {FLEET ", \"policies\": [\"fifo\"]}",
         "both policy and policies are given, expected one at $.policy\n"},
        {FLEET ", \"model\": {\"file\": \"m\"}}",
         "both trace and model are given, expected one workload at $.model\n"},
        {FLEET ", \"outputs\": [\"jobs_cvs\"]}", "outputs[0] is 'jobs_cvs', expected "},
        {"{\"berth_scenario\": 1, \"trace\": \"t.csv\"}",
         "trace is 't.csv', expected an object at $.trace\n"},
        {"{\"berth_scenario\": 1, \"trace\": {}}",
         "key 'file' is missing in $.trace, expected the path of a trace\n"},
        {"{\"berth_scenario\": 1, \"trace\": {\"file\": \"t\", \"max_rejects\": 25}}",
         "max_rejects is 25, expected a number from 0 to 1 at $.trace.max_rejects\n"},
        {"{\"berth_scenario\": 1, \"trace\": {\"file\": \"t\", \"outcome\": {\"timeuot\": "
         "\"useful\"}}}",
         "unknown key 'timeuot' at $.trace.outcome.timeuot (nearest: 'timeout')\n"},
        {"{\"berth_scenario\": 1, \"trace\": {\"file\": \"t\", \"retries\": \"merged\"}}",
         "retries is 'merged', expected attempts or merge (nearest: 'merge') at $.trace.retries\n"},
        {"{\"berth_scenario\": 1, \"trace\": {\"file\": \"t\"}, \"policy\": \"easy\"}",
         "key 'cluster' is missing in $, expected a fleet such as \"16x hgx-h100\"\n"},
        {"{\"berth_scenario\": 1, \"trace\": {\"file\": \"t\"}, \"cluster\": \"1x hgx-v100\"}",
         "key 'policy' is missing in $, expected a preset or a composition; 'berth policies' lists "
         "them\n"},
        {HEAD "\"cluster\": {\"nodes\": []}}",
         "nodes is empty, expected at least one node at $.cluster.nodes\n"},
        {HEAD "\"clusters\": []}", "clusters is empty, expected at least one at $.clusters\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"count\": 0, \"type\": \"hgx-h100\"}]}}",
         "count is 0, expected a whole number from 1 to 1048576 at $.cluster.nodes[0].count\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"count\": -4, \"type\": \"hgx-h100\"}]}}",
         "count is -4, expected a whole number from 1 to 1048576 at $.cluster.nodes[0].count\n"},
        {HEAD "\n\"cluster\": {\"nodes\": [{\"gpus\": 4,\n  \"gpu_type\": \"h1000\"}]}}",
         "3:15: error: gpu_type is 'h1000', expected a catalogue id (nearest: 'h100-sxm'); "
         "'berth catalog --type gpu' lists them\n  at $.cluster.nodes[0].gpu_type\n"
         "    \"gpu_type\": \"h1000\"}]}}\n                ^~~~~~~\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"gpus\": 4}]}}",
         "key 'gpu_type' is missing in $.cluster.nodes[0], expected a catalogue id; 'berth catalog "
         "--type gpu' lists them\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"type\": \"hgx-v10\"}]}}",
         "type is 'hgx-v10', expected a catalogue node id (nearest: 'hgx-v100'), or gpus and "
         "gpu_type beside it; "
         "'berth catalog --type node' lists them at $.cluster.nodes[0].type\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"type\": \"hgx-h100\", \"nvlink_gpus\": 3}]}}",
         "nvlink_gpus is 3, expected a multiple or a divisor of gpus at "
         "$.cluster.nodes[0].nvlink_gpus\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"type\": \"hgx-h100\", \"memory\": 512}]}}",
         "memory is 512, expected a size with a unit such as \"2TiB\" at "
         "$.cluster.nodes[0].memory\n"},
        {HEAD "\"cluster\": {\"nodes\": [{\"type\": \"hgx-h100\", \"name\": \"a1\"}, {\"type\": "
              "\"hgx-h100\", "
              "\"name\": \"a\", \"count\": 2}]}}",
         "name 'a1' belongs to two nodes, expected unique names at $.cluster\n"},
        {HEAD "\"clusters\": [\"1x hgx-h100\", \"1x hgx-h100\"]}",
         "name '1x hgx-h100' belongs to two clusters, expected unique names at $.clusters[1]\n"},
        {HEAD "\n\"cluster\": \"4x hgx-h100 + 2x hgx-v10\"}",
         "2:30: error: type is 'hgx-v10', expected a catalogue node id (nearest: 'hgx-v100'); "
         "'berth catalog --type node' lists them\n  at $.cluster\n"
         "  \"cluster\": \"4x hgx-h100 + 2x hgx-v10\"}\n                               ^~~~~~~\n"},
        {HEAD "\"cluster\": \"0x hgx-h100\"}",
         "count is '0', expected a whole number from 1 to 1048576\n"},
        {HEAD "\"cluster\": \"-3x hgx-h100\"}",
         "count is '-3', expected a whole number from 1 to 1048576\n"},
        {HEAD "\"cluster\": \"4x hgx-h100 +\"}",
         "count ends, expected a whole number from 1 to 1048576\n"},
        {HEAD "\"cluster\": \"4x\"}",
         "fleet ends, expected a node type of the catalogue after x\n"},
        {HEAD "\"cluster\": \"4x hgx-h100 5x hgx-h100\"}",
         "fleet is '5x', expected '+' and more nodes, or its end\n"},
        {HEAD "\"cluster\": \"4x hgx-h100/row3\"}", "group is '/row3', expected /rackN or /podN\n"},
        {FLEET ", \"price\": {\"rent\": 3}}", "unknown key 'rent' at $.price.rent"},
        {FLEET ", \"price\": {\"rent_per_gpu_hour\": -1}}",
         "rent_per_gpu_hour is -1, expected a number from 0 to 1000000 at "
         "$.price.rent_per_gpu_hour\n"},
        {FLEET ", \"price\": {\"rent_per_gpu_hour\": 3, \"life\": 5}}",
         "both life and rent_per_gpu_hour are given, expected a rented or an owned fleet at "
         "$.price.life\n"},
        {FLEET ", \"price\": {\"capital\": {\"hgx-v100\": 5}}}",
         "capital names 'hgx-v100', expected a node type of the fleet at "
         "$.price.capital.hgx-v100\n"},
        {FLEET ", \"price\": {\"pue\": 0.9}}",
         "pue is 0.9, expected a number of 1 or more at $.price.pue\n"},
        {FLEET ", \"price\": {\"residual\": {\"value\": 0.2, \"low\": 0.3}}}",
         "low is 0.3, expected at most the value, 0.2 at $.price.residual.low\n"},
        {HEAD "\"cluster\": \"2x aws-p5\", \"price\": {\"pue\": 1.3}}",
         "no purchase price is known for node type 'aws-p5', expected rent_per_gpu_hour, capital, "
         "or price_usd on the node at $.price\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scenario s;
        struct diag d;
        char got[2048] = "";
        if (load(file("a.json", cases[i].text), (struct scenario_flags){0}, &s, &d) == 0)
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(d.status, STATUS_INPUT);
        FILE *f = fmemopen(got, sizeof got, "w");
        diag_print(f, &d, "error", 0);
        fclose(f);
        if (!strstr(got, cases[i].message))
            fail_msg("%s\ngave\n%s\nexpected\n%s", cases[i].text, got, cases[i].message);
    }
}

static void bad_flags_show_the_flag(void **state)
{
    static const struct {
        struct scenario_flags f;
        int status;
        const char *message;
    } cases[] = {
        {{.trace = "t.csv"},
         STATUS_USAGE,
         "--trace needs --cluster; for example --cluster '16x hgx-h100'"},
        {{.model = "m.json"},
         STATUS_USAGE,
         "--model needs --cluster; for example --cluster '16x hgx-h100'"},
        {{.trace = "t.csv", .cluster = "1x hgx-v100"},
         STATUS_USAGE,
         "--trace needs --policy; for example --policy easy; 'berth policies' lists them"},
        {{0}, STATUS_USAGE, "neither a scenario nor --trace is given"},
        {{.trace = "t.csv", .cluster = "4x hgx-v10", .policy = "easy"},
         STATUS_INPUT,
         "type is 'hgx-v10', expected a catalogue node id (nearest: 'hgx-v100'); 'berth catalog "
         "--type node' lists them"},
        {{.trace = "t.csv", .cluster = "1x hgx-v100", .policy = "easy", .seed = "x"},
         STATUS_INPUT,
         "seed is 'x', expected a whole number from 0 to 18446744073709551615 at $.seed"},
        {{.trace = "t.csv", .cluster = "1x hgx-v100", .policy = "easy", .max_rejects = "200"},
         STATUS_INPUT,
         "share is '200', expected a percentage from 0 to 100"},
        {{.trace = "t.csv", .cluster = "no/such/nodes.csv", .policy = "easy"},
         STATUS_INPUT,
         "cannot open: no such file or directory"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scenario s;
        struct diag d;
        assert_int_equal(load(NULL, cases[i].f, &s, &d), -1);
        assert_string_equal(d.message, cases[i].message);
        assert_int_equal(d.status, cases[i].status);
    }
    static const char *const set[] = {"horizon=three hours"};
    struct scenario s;
    struct diag d;
    assert_int_equal(
        load(file("a.json", FLEET "}"), (struct scenario_flags){.set = set, .n_set = 1}, &s, &d),
        -1);
    assert_string_equal(d.file, "--set");
    assert_string_equal(d.excerpt, "horizon=three hours");
}

static void a_missing_scenario_is_named(void **state)
{
    struct scenario s;
    struct diag d;
    (void)state;
    assert_int_equal(load("no/such.json", (struct scenario_flags){0}, &s, &d), -1);
    assert_string_equal(d.file, "no/such.json");
    assert_string_equal(d.message, "cannot open: no such file or directory");
}

static void the_published_example_loads_as_it_is(void **state)
{
    char path[512];
    const char *shared = getenv("BERTH_SHARED");
    (void)state;
    snprintf(path, sizeof path, "%s/samples/out/mini.json", shared ? shared : "../shared");
    if (access(path, R_OK) != 0) {
        print_message("SKIP: ../shared not found\n");
        skip();
    }
    struct scenario s = good(path, (struct scenario_flags){0});
    assert_string_equal(s.name, "mini");
    assert_int_equal(s.clusters[0].n_nodes, 2);
    assert_string_equal(s.clusters[0].nodes[0].gpu_type, "h100-sxm");
    assert_string_equal(s.clusters[0].nodes[0].type, "toy-4");
    assert_true(s.horizon == 10800 * NS_PER_S);
    near(s.ingest.max_rejects, 0.25);
    near(s.clusters[0].price.rent_gpu_hour.value, 3);
    assert_int_equal(access(s.trace, R_OK), 0);
}

/* Every JSON block of the format reference is a whole file of its kind. */
static void every_json_block_of_the_reference_is_accepted(void **state)
{
    FILE *f = fopen("scenarios/README.md", "r");
    char line[1024], block[16384] = "", kind[32] = "";
    unsigned number = 0, blocks = 0;
    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        number++;
        if (strncmp(line, "```", 3) != 0) {
            if (*kind && strlen(block) + strlen(line) < sizeof block)
                strcat(block, line);
            continue;
        }
        if (!*kind && !strncmp(line, "```json", 7)) {
            snprintf(kind, sizeof kind, "%.16s", strlen(line) > 8 ? line + 8 : "json");
            kind[strcspn(kind, "\n")] = 0;
            *block = 0;
            continue;
        }
        if (!*kind)
            continue;
        struct scenario s;
        struct diag d = {0};
        struct catalog c;
        int result;
        blocks++;
        if (!strcmp(kind, "scenario")) {
            result = load(file("a.json", block), (struct scenario_flags){0}, &s, &d);
        } else if (!strcmp(kind, "catalogue")) {
            file("a.json", block);
            result = catalog_load(folder, &arena, &c, &d);
        } else if (!strcmp(kind, "model")) {
            struct workload *model;
            result = workload_load(file("a.json", block), &arena, &model, &d);
        } else {
            fail_msg("scenarios/README.md: a block of unknown kind '%s'", kind);
            result = -1;
        }
        if (result < 0) {
            diag_print(stderr, &d, "error", 0);
            fail_msg("scenarios/README.md: the block that ends in line %u is refused", number);
        }
        *kind = 0;
    }
    fclose(f);
    assert_true(blocks >= 7);
}

static void every_scenario_of_the_folder_is_accepted(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("scenarios/*.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct scenario s = good(found.gl_pathv[i], (struct scenario_flags){0});
        assert_int_equal(access(s.trace ? s.trace : s.model, R_OK), 0);
    }
    globfree(&found);
}

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return make_folder(state);
}

static int close_arena(void **state)
{
    arena_free(&arena);
    return remove_folder(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scenario_reads_with_its_defaults),
        TEST(every_key_reaches_its_place),
        TEST(flags_alone_make_a_scenario),
        TEST(the_merged_text_runs_to_itself_from_another_folder),
        TEST(flags_beat_the_file_and_set_beats_flags),
        TEST(a_catalogue_node_brings_its_figures),
        TEST(racks_pods_and_spanning_nvlink_domains_are_named_by_group),
        TEST(a_node_of_ones_own_is_spelled_out),
        TEST(an_owned_fleet_takes_the_catalogues_prices),
        TEST(price_keys_override_the_catalogue),
        TEST(money_is_known_only_when_a_price_is),
        TEST(bad_scenarios_say_what_where_and_what_instead),
        TEST(bad_flags_show_the_flag),
        TEST(a_missing_scenario_is_named),
        TEST(the_published_example_loads_as_it_is),
        TEST(every_json_block_of_the_reference_is_accepted),
        TEST(every_scenario_of_the_folder_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
