/* test_trace_openb.c - Alibaba openb: shares, model masks, pods that never ran, node lists. */
#include "lib/reader.h"

extern const struct trace_format trace_format_openb_pods, trace_format_openb_nodes;
#define PODS (&trace_format_openb_pods)
#define NODES (&trace_format_openb_nodes)

static void shares_masks_and_cpu_pods_are_read(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(PODS, DATA "openb_pods/good.csv", NULL), GUESS_YES);
    assert_int_equal(rows_guess(NODES, DATA "openb_pods/good.csv", NULL), GUESS_NO);
    rows_file(&r, PODS, DATA "openb_pods/good.csv", NULL);
    CHECK_COUNTS(&r, 4, 3, 1, 0, 0);
    assert_int_equal(rows_skips(&r, "never ran"), 1);
    CHECK_JOB(&r, "p1",
              "p1 at 100 for 90 wait 10 limit -1 1x1@250 of any cpu 4000 mem 8192 by / done");
    CHECK_JOB(&r, "p2",
              "p2 at 50 for 440 wait 10 limit -1 1x8 of V100M16|V100M32 cpu 64000 mem "
              "262144 by / failed");
    CHECK_JOB(&r, "p3",
              "p3 at 120 for 10 wait 0 limit -1 1x0 of any cpu 8000 mem 1024 by / censored");
    rows_free(&r);
}

static void nodes_keep_their_model_and_size(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(NODES, DATA "openb_nodes/good.csv", NULL), GUESS_YES);
    rows_file(&r, NODES, DATA "openb_nodes/good.csv", NULL);
    CHECK_COUNTS(&r, 0, 0, 0, 0, 0);
    assert_int_equal(r.nodes.n, 3);
    assert_string_equal(rows_node(&r, "n1")->type, "V100M32");
    assert_int_equal(rows_node(&r, "n1")->spec.gpus, 8);
    assert_int_equal(rows_node(&r, "n2")->spec.gpus, 0);
    assert_int_equal(rows_node(&r, "n3")->spec.memory_mib, 786432);
    rows_free(&r);
}

static void each_fault_is_told_at_its_cell(void **state)
{
    (void)state;
    check_reject(
        PODS, DATA "openb_pods/bad-milli.csv", "shape",
        "bad-milli.csv:2:16: gpu_milli is '0', expected 1 to 1000 when a pod asks for a GPU");
    check_reject(PODS, DATA "openb_pods/bad-end.csv", "end-before-start",
                 "bad-end.csv:2:39: deletion_time is 5 s before scheduled_time, expected a later "
                 "time");
    check_reject(PODS, DATA "openb_pods/bad-phase.csv", "state",
                 "bad-phase.csv:2:25: pod_phase is 'Gone', expected Succeeded, Failed, Running, "
                 "Pending or Unknown");
    check_stop(PODS, DATA "openb_pods/bad-times.csv",
               "bad-times.csv:1:1: this openb list has no times, expected creation_time, "
               "scheduled_time and deletion_time");
    check_reject(NODES, DATA "openb_nodes/bad-model.csv", "missing",
                 "bad-model.csv:2:19: model is empty, expected the model of the node's 8 GPUs");
}

static void the_samples_read_as_told(void **state)
{
    struct rows r;
    char path[512];

    (void)state;
    SHARED("samples/csv/openb-pods.csv", &r, PODS);
    CHECK_COUNTS(&r, 24, 21, 3, 0, 0);
    rows_free(&r);
    SHARED("samples/csv/openb-nodes.csv", &r, NODES);
    assert_int_equal(r.nodes.n, 22);
    rows_free(&r);
    check_reject(PODS, rows_shared("samples/csv/bad-openb-milli.csv", path, sizeof path), "shape",
                 "bad-openb-milli.csv:2:28: gpu_milli is 500 with num_gpu 2, expected 1000 when a "
                 "pod asks for several GPUs");
}

static void the_recorded_lists_are_whole(void **state)
{
    static const struct {
        const char *name;
        uint32_t rows, jobs, skipped;
    } lists[] = {
        {"default.csv", 8152, 7255, 897},       {"cpu0.csv.gz", 7064, 6203, 861},
        {"cpu050.csv.gz", 7439, 6561, 878},     {"cpu100.csv.gz", 7853, 6970, 883},
        {"cpu200.csv.gz", 8832, 7905, 927},     {"gpushare20.csv.gz", 8152, 7312, 840},
        {"gpushare40.csv.gz", 8152, 7171, 981}, {"gpushare100.csv.gz", 8152, 6943, 1209},
        {"gpuspec10.csv.gz", 8152, 7255, 897},  {"gpuspec25.csv.gz", 8152, 7255, 897},
    };
    struct rows r;
    char name[96];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        snprintf(name, sizeof name, "traces/alibaba-gpu-v2023/openb_pod_list_%s", lists[i].name);
        SHARED(name, &r, PODS);
        CHECK_COUNTS(&r, lists[i].rows, lists[i].jobs, lists[i].skipped, 0, 0);
        assert_int_equal(rows_skips(&r, "never ran"), lists[i].skipped);
        if (i == 0)
            assert_float_equal(rows_gpu_hours(&r), 51471, 0.5);
        rows_free(&r);
    }
}

static void the_recorded_fleet_has_6212_gpus(void **state)
{
    static const struct {
        const char *name;
        size_t nodes;
    } lists[] = {
        {"all_node.csv", 1523},
        {"gpu_node.csv", 1213},
    };
    struct rows r;
    char name[96];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        uint32_t gpus = 0;

        snprintf(name, sizeof name, "traces/alibaba-gpu-v2023/openb_node_list_%s", lists[i].name);
        SHARED(name, &r, NODES);
        assert_int_equal(r.nodes.n, lists[i].nodes);
        for (size_t k = 0; k < r.nodes.n; k++)
            gpus += r.nodes.at[k].spec.gpus;
        assert_int_equal(gpus, 6212);
        rows_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_masks_and_cpu_pods_are_read),
        cmocka_unit_test(nodes_keep_their_model_and_size),
        cmocka_unit_test(each_fault_is_told_at_its_cell),
        cmocka_unit_test(the_samples_read_as_told),
        cmocka_unit_test(the_recorded_lists_are_whole),
        cmocka_unit_test(the_recorded_fleet_has_6212_gpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
