/* test_slurm_text.c - states, lengths, limits, job numbers, task lists and TRES of Slurm. */
#include "ingest/slurm_text.h"
#include "ingest/slurm_tres.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static double elapsed(const char *text)
{
    ns_t t;

    return slurm_text_elapsed(text, strlen(text), &t) ? (double)t / (double)NS_PER_S : -1;
}

static void lengths_of_time_have_their_shapes(void **state)
{
    (void)state;
    assert_true(elapsed("01:30") == 90);
    assert_true(elapsed("1:02:03") == 3723);
    assert_true(elapsed("2-03:00:00") == 183600);
    assert_true(elapsed("2-03") == 183600);
    assert_true(elapsed("1-00:30") == 88200);
    assert_true(elapsed("00:00.250") == 0.25);
    assert_true(elapsed("90") == -1);
    assert_true(elapsed("") == -1);
    assert_true(elapsed("-00:10") == -1);
    assert_true(elapsed("1:2:3:4") == -1);
    assert_true(elapsed("1-") == -1);
    assert_true(elapsed("106752-00:00:00") == -1);
    assert_true(elapsed("9223372036854775807:00") == -1);
}

static void no_limit_is_unknown(void **state)
{
    ns_t t = 5;

    (void)state;
    assert_true(slurm_text_limit("UNLIMITED", 9, &t) && t == NS_UNKNOWN);
    assert_true(slurm_text_limit("partition_limit", 15, &t) && t == NS_UNKNOWN);
    assert_true(slurm_text_limit("", 0, &t) && t == NS_UNKNOWN);
    assert_true(slurm_text_limit("1-00:00:00", 10, &t) && t == 86400 * NS_PER_S);
    assert_false(slurm_text_limit("soon", 4, &t));
}

static void states_say_what_became_of_a_job(void **state)
{
    static const struct {
        const char *word;
        int end;
    } words[] = {
        {"COMPLETED", JOB_DONE},
        {"CANCELLED by 1000", JOB_KILLED},
        {"CANCELLED+", JOB_KILLED},
        {"OUT_OF_MEMORY", JOB_FAILED},
        {"BOOT_FAIL", JOB_NODE_FAIL},
        {"DEADLINE", JOB_TIMEOUT},
        {"REQUEUED", JOB_PREEMPTED},
        {"running", JOB_CENSORED},
        {"PENDING", SLURM_PENDING},
        {"DONE", JOB_ENDS},
        {"", JOB_ENDS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_int_equal(slurm_text_state(words[i].word, strlen(words[i].word)), words[i].end);
}

static void job_numbers_name_tasks_components_and_steps(void **state)
{
    struct slurm_id id;

    (void)state;
    assert_true(slurm_text_id("12", 2, &id) && id.job == 12 && id.task == -1 && !id.step);
    assert_true(slurm_text_id("12_3", 4, &id) && id.task == 3 && id.component == -1);
    assert_true(slurm_text_id("12+1", 4, &id) && id.component == 1 && !id.step);
    assert_true(slurm_text_id("12+1.0", 6, &id) && id.component == 1 && id.step);
    assert_true(slurm_text_id("12.batch", 8, &id) && id.step);
    assert_true(slurm_text_id("12_[4-9%2]", 10, &id) && id.tasks == 4 && id.tasks_n == 5);
    assert_false(slurm_text_id("12_", 3, &id));
    assert_false(slurm_text_id("12_[]", 5, &id));
    assert_false(slurm_text_id("12.", 3, &id));
    assert_false(slurm_text_id("12x", 3, &id));
    assert_false(slurm_text_id("", 0, &id));
    assert_false(slurm_text_id("99999999999999999999", 20, &id));
    assert_false(slurm_text_id("12_9223372036854775807", 22, &id));
}

static void task_lists_expand(void **state)
{
    static const int64_t expected[] = {1, 2, 3, 7, 9, 11, 13};
    struct slurm_tasks list = {.text = "1-3,7,9-14:2%4", .n = 14};
    struct slurm_tasks cut = {.text = "1,...", .n = 5}, back = {.text = "5-3", .n = 3};
    int64_t task;

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(slurm_text_task(&list, &task), 1);
        assert_int_equal(task, expected[i]);
    }
    assert_int_equal(slurm_text_task(&list, &task), 0);
    assert_int_equal(slurm_text_task(&cut, &task), 1);
    assert_int_equal(slurm_text_task(&cut, &task), -1);
    assert_int_equal(cut.at, 2);
    assert_int_equal(slurm_text_task(&back, &task), -1);
}

static int64_t memory(const char *text)
{
    int64_t mib;

    return slurm_tres_memory(text, strlen(text), &mib) ? mib : -1;
}

static void memory_defaults_to_mib(void **state)
{
    (void)state;
    assert_int_equal(memory("491520M"), 491520);
    assert_int_equal(memory("2048"), 2048);
    assert_int_equal(memory("1.5G"), 1536);
    assert_int_equal(memory("1K"), 1);
    assert_int_equal(memory("2T"), 2 << 20);
    assert_int_equal(memory("0"), 0);
    assert_int_equal(memory("M"), -1);
    assert_int_equal(memory("-1G"), -1);
    assert_int_equal(memory("4 G"), -1);
    assert_int_equal(memory("9223372036P"), -1);
}

static void typed_and_untyped_gpus_are_the_same_devices(void **state)
{
    static const char both[] =
        "billing=64,cpu=64,gres/gpu:a100=6,gres/gpu:h100=2,gres/gpu=8,node=2";
    static const char typed[] = "gres/gpu:a100=4,gres/gpumem=80G,gres/gpuutil=70";
    struct slurm_tres t;
    struct slurm_fault f;

    (void)state;
    assert_true(slurm_tres_parse(both, strlen(both), &t, &f));
    assert_int_equal(slurm_tres_gpus(&t), 8);
    assert_int_equal(t.nodes, 2);
    assert_int_equal(t.n_typed, 2);
    assert_true(slurm_tres_parse(typed, strlen(typed), &t, &f));
    assert_int_equal(slurm_tres_gpus(&t), 4);
    assert_true(slurm_tres_parse("", 0, &t, &f));
    assert_int_equal(slurm_tres_gpus(&t), 0);
    assert_false(slurm_tres_parse("cpu=1,gres/gpu=x", 16, &t, &f));
    assert_int_equal(f.at, 15);
    assert_string_equal(f.what, "gres/gpu");
    assert_false(slurm_tres_parse("cpu", 3, &t, &f));
}

static void slices_are_known_by_their_name(void **state)
{
    (void)state;
    assert_true(slurm_tres_is_mig("1g.10gb", 7));
    assert_true(slurm_tres_is_mig("3g.40gb+me", 10));
    assert_false(slurm_tres_is_mig("a100", 4));
    assert_false(slurm_tres_is_mig("1g.gb", 5));
    assert_false(slurm_tres_is_mig("1g.", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_of_time_have_their_shapes),
        cmocka_unit_test(no_limit_is_unknown),
        cmocka_unit_test(states_say_what_became_of_a_job),
        cmocka_unit_test(job_numbers_name_tasks_components_and_steps),
        cmocka_unit_test(task_lists_expand),
        cmocka_unit_test(memory_defaults_to_mib),
        cmocka_unit_test(typed_and_untyped_gpus_are_the_same_devices),
        cmocka_unit_test(slices_are_known_by_their_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
