/* test_trace_kubernetes.c - pods to jobs and gangs, nodes to a fleet, events to their last. */
#include "lib/reader.h"

extern const struct trace_format trace_format_kubernetes;
#define FORMAT (&trace_format_kubernetes)

static void a_gang_runs_from_its_last_start_to_its_last_finish(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "kubernetes/pods.json", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "kubernetes/pods.json", NULL);
    CHECK_COUNTS(&r, 4, 2, 1, 1, 0);
    assert_int_equal(rows_folds(&r, "gang member"), 1);
    assert_int_equal(rows_skips(&r, "never placed"), 1);
    assert_int_equal(rows_warned(&r, "snapshot"), 1);
    CHECK_JOB(&r, "ml/ring",
              "ml/ring at 1772359200 for 3480 wait 20 limit 7200 2x8 of any cpu 2000 "
              "mem 1024 by ml/ failed");
    assert_int_equal(rows_job(&r, "ml/ring")->priority, 7);
    assert_int_equal(rows_job(&r, "ml/ring")->preferred, LEVEL_NVLINK);
    /* still running: as long as the latest time in the file says */
    CHECK_JOB(&r, "ml/t4",
              "ml/t4 at 1772359380 for 1800 wait 1 limit -1 1x1 of Tesla-T4 cpu 0 mem 0 "
              "by ml/ censored");
    rows_free(&r);
}

static void owners_make_gangs_when_asked(void **state)
{
    struct trace_options opt = {.gang = GANG_OWNER};
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "kubernetes/pods.json", &opt);
    assert_non_null(rows_job(&r, "ml/pt"));
    rows_free(&r);
}

static void nodes_offer_what_is_allocatable(void **state)
{
    struct trace_options opt = {.level = "rack=rack"};
    const struct rows_node *n;
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "kubernetes/nodes.json", &opt);
    CHECK_COUNTS(&r, 1, 0, 0, 1, 0);
    assert_int_equal(r.nodes.n, 2);
    n = rows_node(&r, "slices");
    assert_string_equal(n->type, "1g.5gb");
    assert_int_equal(n->spec.gpus, 56);
    assert_string_equal(n->rack, "r7");
    n = rows_node(&r, "plain"); /* two of eight GPUs gone, a DaemonSet on it, cordoned */
    assert_int_equal(n->spec.gpus, 8);
    assert_int_equal(n->spec.gpus_down, 2);
    assert_int_equal(n->spec.cpu_milli, 7000);
    assert_int_equal(n->spec.memory_mib, 28 * 1024);
    assert_int_equal(n->spec.health, NODE_DRAINED);
    assert_string_equal(n->nvlink, "c1.0");
    assert_int_equal(rows_warned(&r, "no-product"), 1);
    rows_free(&r);
    opt.level = "shelf=rack";
    rows_file(&r, FORMAT, DATA "kubernetes/nodes.json", &opt);
    assert_int_equal(r.result, -1);
    assert_int_equal(r.why.status, STATUS_USAGE);
    rows_free(&r);
}

static void the_last_event_of_a_pod_counts(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "kubernetes/watch.json", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "kubernetes/watch.json", NULL);
    CHECK_COUNTS(&r, 3, 1, 0, 2, 0);
    assert_int_equal(rows_warned(&r, "snapshot"), 0);
    CHECK_JOB(&r, "x/p",
              "x/p at 1772359200 for 600 wait 1 limit -1 1x2 of any cpu 0 mem 0 by x/ "
              "done");
    rows_free(&r);
}

static void faults_are_told_with_place_and_path(void **state)
{
    struct rows r;

    (void)state;
    check_stop(FORMAT, DATA "kubernetes/bad-two-slices.json",
               "bad-two-slices.json:5:4: asks for nvidia.com/mig-3g.40gb beside mig-1g.10gb, "
               "expected one kind of MIG slice");
    check_stop(FORMAT, DATA "kubernetes/bad-created.json",
               "bad-created.json:2:2: pod has no creationTimestamp, expected a time such as "
               "2026-01-05T00:00:00Z");
    check_stop(FORMAT, DATA "kubernetes/bad-other.json",
               "bad-other.json:1:48: found Service and no Node or Pod, expected what 'kubectl get "
               "nodes,pods --all-namespaces -o json' prints");
    rows_file(&r, FORMAT, DATA "kubernetes/bad-gang.json", NULL);
    CHECK_COUNTS(&r, 2, 0, 0, 1, 1);
    assert_string_equal(r.rejects.at[0].kind, "shape");
    assert_string_equal(r.rejects.at[0].why.path, "$.items[1] (pod 'default/b')");
    rows_free(&r);
}

static void the_sample_reads_as_told(void **state)
{
    struct trace_options opt = {.gang = GANG_OWNER};
    struct rows r;
    char path[512];

    (void)state;
    SHARED("samples/kubernetes/cluster.json", &r, FORMAT);
    CHECK_COUNTS(&r, 25, 14, 3, 7, 1); /* 18 jobs: 14 + 3 skipped + 1 rejected */
    assert_int_equal(rows_ends(&r, JOB_CENSORED), 8);
    assert_int_equal(rows_folds(&r, "node-owned pod"), 2);
    assert_string_equal(rows_job(&r, "nlp/bert-pg")->shape, "3x4+1x3");
    assert_string_equal(rows_job(&r, "serve/chat-6d9f-aa2")->shape, "1x1@250");
    assert_string_equal(rows_job(&r, "lab/note-2")->shape, "1x1/3g.40gb");
    assert_int_equal(rows_job(&r, "nlp/prep-1")->gpus, 1);
    assert_int_equal(rows_job(&r, "nlp/side-1")->cpu_milli, 9250);
    assert_int_equal(rows_node(&r, "h100-0")->spec.cpu_milli, 223400);
    assert_int_equal(rows_node(&r, "h100-1")->spec.gpus_down, 1);
    assert_int_equal(rows_node(&r, "h100-2")->spec.health, NODE_DRAINED);
    assert_int_equal(rows_node(&r, "lost-0")->spec.health, NODE_DOWN);
    assert_int_equal(rows_node(&r, "share-0")->spec.gpus, 1);
    assert_string_equal(rows_node(&r, "gb200-0")->nvlink, rows_node(&r, "gb200-1")->nvlink);
    assert_int_equal(rows_node(&r, "mig-0")->spec.gpus, 4);
    assert_int_equal(rows_node(&r, "mig-0:1g.10gb")->spec.gpus, 14);
    assert_int_equal(rows_node(&r, "mig-0:3g.40gb")->spec.gpus, 4);
    rows_free(&r);
    rows_shared("samples/kubernetes/cluster.json", path, sizeof path);
    rows_file(&r, FORMAT, path, &opt);
    assert_int_equal(r.jobs.n + r.skips.n + r.rejects.n, 17);
    assert_string_equal(rows_job(&r, "nlp/sft")->shape, "2x2");
    rows_free(&r);
}

static void the_bad_samples_fail_at_their_place(void **state)
{
    static const struct {
        const char *name, *complaint, *path;
    } bad[] = {
        {"bad-extended.json",
         "bad-extended.json:81:9: nvidia.com/gpu request is 2 but limit is 1, "
         "expected the same number",
         "$.items[1].spec.containers[0].resources (pod 'vision/eval-1')"},
        {"bad-kind.json",
         "bad-kind.json:131:10: kind is 'Table', expected 'List', 'NodeList', "
         "'PodList' or one object; export with 'kubectl get nodes,pods --all-namespaces -o json'",
         ""},
        {"bad-node.json",
         "bad-node.json:34:4: node 'h100-0' has no status.allocatable, expected what "
         "the kubelet offers",
         "$.items[0].status"},
        {"bad-quantity.json",
         "bad-quantity.json:80:19: memory is '64 GiB', expected a Kubernetes "
         "quantity such as 64Gi, 68G or 500m",
         "$.items[1].spec.containers[0].resources.requests.memory (pod 'vision/eval-1')"},
        {"bad-text.json", "bad-text.json:1:1: this is kubectl's table, expected JSON; add -o json",
         ""},
    };
    struct rows r;
    char path[512], name[96];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(name, sizeof name, "samples/kubernetes/%s", bad[i].name);
        if (!rows_shared(name, path, sizeof path))
            skip();
        assert_int_equal(rows_guess(FORMAT, path, NULL), GUESS_YES);
        check_stop(FORMAT, path, bad[i].complaint);
        rows_file(&r, FORMAT, path, NULL);
        assert_string_equal(r.why.path, bad[i].path);
        rows_free(&r);
    }
    rows_file(&r, FORMAT, rows_shared("samples/kubernetes/bad-truncated.json", path, sizeof path),
              NULL);
    assert_int_equal(r.result, -1);
    assert_int_equal(r.why.line, 50);
    assert_int_equal(r.why.column, 15);
    assert_non_null(strstr(r.why.message, "the file ends inside $.items[0].status.allocatable, "
                                          "expected '}'"));
    rows_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gang_runs_from_its_last_start_to_its_last_finish),
        cmocka_unit_test(owners_make_gangs_when_asked),
        cmocka_unit_test(nodes_offer_what_is_allocatable),
        cmocka_unit_test(the_last_event_of_a_pod_counts),
        cmocka_unit_test(faults_are_told_with_place_and_path),
        cmocka_unit_test(the_sample_reads_as_told),
        cmocka_unit_test(the_bad_samples_fail_at_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
