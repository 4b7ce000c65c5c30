/* test_trace_more.c - Acme, PAI and the node list of Slurm. */
#include "lib/reader.h"

extern const struct trace_format trace_format_acme, trace_format_pai, trace_format_scontrol_nodes;
#define ACME (&trace_format_acme)
#define PAI (&trace_format_pai)
#define NODES (&trace_format_scontrol_nodes)

static void acme_times_carry_their_zone(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(ACME, DATA "acme/good.csv", NULL), GUESS_YES);
    rows_file(&r, ACME, DATA "acme/good.csv", NULL);
    CHECK_COUNTS(&r, 2, 1, 1, 0, 0);
    assert_int_equal(rows_warned(&r, "zone"), 0);
    CHECK_JOB(&r, "k1",
              "k1 at 1685577600 for 3600 wait 60 limit -1 2x8 of any cpu 32000 mem 95845 by "
              "/ua done");
    rows_free(&r);
    check_reject(ACME, DATA "acme/bad-end.csv", "end-before-start",
                 "bad-end.csv:2:80: end_time is 1 s before start_time, expected a later time");
}

static void check_tasks(const struct rows *r)
{
    CHECK_COUNTS(r, 4, 3, 1, 0, 0);
    CHECK_JOB(r, "j1/worker",
              "j1/worker at 100 for 300 wait -1 limit -1 4x1@500 of T4 cpu 6000 mem "
              "27940 by / done");
    CHECK_JOB(r, "j1/ps",
              "j1/ps at 100 for 300 wait -1 limit -1 2x0 of any cpu 12000 mem 0 by / "
              "done");
    CHECK_JOB(r, "j2/chief",
              "j2/chief at 150 for 250 wait -1 limit -1 1x2 of V100 cpu 6000 mem 9537 "
              "by / censored");
}

static void a_task_is_a_job_with_or_without_a_header(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(PAI, DATA "pai/good.csv", NULL), GUESS_YES);
    rows_file(&r, PAI, DATA "pai/good.csv", NULL);
    check_tasks(&r);
    rows_free(&r);
    assert_int_equal(rows_guess(PAI, DATA "pai/with-header.csv", NULL), GUESS_YES);
    rows_file(&r, PAI, DATA "pai/with-header.csv", NULL);
    check_tasks(&r);
    rows_free(&r);
}

static void faults_of_a_task_are_told_at_their_cell(void **state)
{
    struct rows r;

    (void)state;
    check_reject(PAI, DATA "pai/bad-share.csv", "shape",
                 "bad-share.csv:1:49: plan_gpu is '150.0', expected at most 100 or whole hundreds");
    rows_file(&r, PAI, DATA "pai/bad-status.csv", NULL);
    CHECK_COUNTS(&r, 2, 0, 0, 0, 2);
    assert_string_equal(r.rejects.at[1].kind, "state");
    rows_free(&r);
}

static void nodes_are_read_past_free_text(void **state)
{
    const struct rows_node *n;
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(NODES, DATA "scontrol_nodes/good.txt", NULL), GUESS_YES);
    rows_file(&r, NODES, DATA "scontrol_nodes/good.txt", NULL);
    assert_int_equal(r.result, 0);
    assert_int_equal(r.nodes.n, 3);
    n = rows_node(&r, "a1");
    assert_string_equal(n->type, "l40s");
    assert_int_equal(n->spec.gpus, 4);
    assert_int_equal(n->spec.numa, 2);
    assert_int_equal(n->spec.cpu_milli, 30000);
    assert_int_equal(n->spec.memory_mib, 256000);
    assert_int_equal(n->spec.health, NODE_UP);
    n = rows_node(&r, "a2");
    assert_string_equal(n->type, "unknown-gpu");
    assert_int_equal(n->spec.health, NODE_DRAINED);
    n = rows_node(&r, "a3");
    assert_int_equal(n->spec.gpus, 0);
    assert_int_equal(n->spec.health, NODE_DOWN);
    rows_free(&r);
    check_stop(NODES, DATA "scontrol_nodes/bad-cpu.txt",
               "bad-cpu.txt:1:20: CPUTot is 'lots', expected a whole number");
}

static void the_samples_read_as_told(void **state)
{
    uint32_t gpus = 0;
    struct rows r;
    char path[512];

    (void)state;
    SHARED("samples/csv/acme-seren.csv", &r, ACME);
    CHECK_COUNTS(&r, 20, 19, 1, 0, 0);
    rows_free(&r);
    SHARED("samples/csv/acme-kalos.csv", &r, ACME);
    CHECK_COUNTS(&r, 20, 19, 1, 0, 0);
    rows_free(&r);
    SHARED("samples/csv/pai-task.csv", &r, PAI);
    CHECK_COUNTS(&r, 22, 19, 3, 0, 0);
    assert_int_equal(rows_ends(&r, JOB_CENSORED), 4);
    rows_free(&r);
    SHARED("samples/slurm/scontrol-node.txt", &r, NODES);
    assert_int_equal(r.nodes.n, 6); /* 5, one of them with two kinds of slice */
    for (size_t i = 0; i < r.nodes.n; i++)
        gpus += r.nodes.at[i].spec.gpus;
    assert_int_equal(gpus, 41);
    assert_int_equal(rows_node(&r, "gpu-a2")->spec.health, NODE_DRAINED);
    assert_int_equal(rows_node(&r, "gpu-m1:3g.40gb")->spec.gpus, 4);
    rows_free(&r);
    check_stop(NODES, rows_shared("samples/slurm/bad-node-gres.txt", path, sizeof path),
               "bad-node-gres.txt:5:18: Gres of node 'gpu-a1': count is 'many', expected a whole "
               "number");
    check_stop(NODES, rows_shared("samples/slurm/bad-node-total.txt", path, sizeof path),
               "bad-node-total.txt:13:45: node 'gpu-a1' has 4 GPUs in CfgTRES but 8 in Gres, "
               "expected the same number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acme_times_carry_their_zone),
        cmocka_unit_test(a_task_is_a_job_with_or_without_a_header),
        cmocka_unit_test(faults_of_a_task_are_told_at_their_cell),
        cmocka_unit_test(nodes_are_read_past_free_text),
        cmocka_unit_test(the_samples_read_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
