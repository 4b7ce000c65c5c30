/* openb_pods.c - Alibaba's "openb" pod lists of 2023: parts of one GPU in thousandths, GPU
 * models a pod accepts, and times from an arbitrary origin.
 *
 * A pod was created, scheduled and deleted; it ran from scheduled to deleted. One that
 * was never scheduled has no length. Two variants carry no times and cannot be replayed. */
#include "ingest/header.h"
#include "ingest/table.h"

#include <string.h>

enum {
    NAME,
    CPU_MILLI,
    MEMORY_MIB,
    NUM_GPU,
    GPU_MILLI,
    GPU_SPEC,
    PHASE,
    CREATED,
    DELETED,
    SCHEDULED,
    COLUMNS
};

static const struct csv_column columns[COLUMNS] = {
    {"name", true},           {"cpu_milli", true},
    {"memory_mib", true},     {"num_gpu", true},
    {"gpu_milli", true},      {"gpu_spec", false},
    {"pod_phase", false},     {"creation_time", false},
    {"deletion_time", false}, {"scheduled_time", false},
};

static int openb_pods_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {"name", "cpu_milli", "memory_mib", "num_gpu",
                                           "gpu_milli"};
    static const char *const known[] = {"gpu_spec",      "qos",           "pod_phase",
                                        "creation_time", "deletion_time", "scheduled_time"};
    const struct header_rule rule = {.format = "openb_pods",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 5,
                                     .known = known,
                                     .n_known = 6};
    return header_guess(&rule, head, n, near);
}

/* Whole GPUs, a share of one, or none. */
static bool size(struct table *t, struct job_group *group, struct trace_row *row)
{
    int64_t gpus, milli;
    char found[24];

    if (!table_whole(t, NUM_GPU, 0, 4096, &gpus) || !table_whole(t, GPU_MILLI, 0, 1000, &milli))
        return false;
    t->word = "shape";
    snprintf(found, sizeof found, "%lld", (long long)milli);
    if (gpus > 1 && milli != 1000) {
        diag_fail(&t->why, STATUS_INPUT, csv_at(t->csv, GPU_MILLI),
                  "gpu_milli is %s with num_gpu %lld, expected 1000 when a pod asks for several "
                  "GPUs",
                  found, (long long)gpus);
        return false;
    }
    if (gpus == 1 && milli == 0) {
        diag_expected(&t->why, csv_at(t->csv, GPU_MILLI), "gpu_milli", found,
                      "1 to 1000 when a pod asks for a GPU");
        return false;
    }
    *group = (struct job_group){.replicas = 1, .gpus = (uint32_t)gpus};
    row->groups = group;
    row->n_groups = 1;
    row->gpus_column = csv_column_of(t->csv, NUM_GPU);
    row->share_milli = gpus == 1 && milli < 1000 ? (uint32_t)milli : 0;
    return true;
}

static bool phase(struct table *t, enum job_end *out)
{
    static const struct {
        const char *word;
        enum job_end end;
    } phases[] = {
        {"Succeeded", JOB_DONE},   {"Failed", JOB_FAILED},    {"Running", JOB_CENSORED},
        {"Pending", JOB_CENSORED}, {"Unknown", JOB_CENSORED}, {"", JOB_CENSORED},
    };
    const char *text = csv_field(t->csv, PHASE, NULL);

    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        if (strcmp(text, phases[i].word) != 0)
            continue;
        *out = phases[i].end;
        return true;
    }
    t->word = "state";
    diag_expected(&t->why, csv_at(t->csv, PHASE), "pod_phase", text,
                  "Succeeded, Failed, Running, Pending or Unknown");
    return false;
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    ns_t scheduled, deleted;

    if (!csv_has(t->csv, CREATED) || !csv_has(t->csv, DELETED) || !csv_has(t->csv, SCHEDULED)) {
        diag_fail(&t->why, STATUS_INPUT,
                  (struct diag_at){.file = csv_at(t->csv, NAME).file, .line = 1, .column = 1},
                  "this openb list has no times, expected creation_time, scheduled_time and "
                  "deletion_time");
        diag_hint(&t->why, "use openb_pod_list_default or another variant with times");
        return TABLE_STOP;
    }
    row->job_id = table_text(t, NAME);
    row->gpu_types = table_text(t, GPU_SPEC);
    if (!size(t, t->own, row) || !phase(t, &row->end) ||
        !table_whole(t, CPU_MILLI, 0, INT64_C(1) << 40, &row->cpu_milli) ||
        !table_whole(t, MEMORY_MIB, 0, INT64_C(1) << 40, &row->memory_mib) ||
        !table_seconds(t, CREATED, NS_UNKNOWN, &row->submit) ||
        !table_seconds(t, SCHEDULED, NS_UNKNOWN, &scheduled) ||
        !table_seconds(t, DELETED, NS_UNKNOWN, &deleted))
        return table_reject(t, t->word);
    if (scheduled == NS_UNKNOWN)
        return table_skip(t, "never ran");
    if (row->submit == NS_UNKNOWN || deleted == NS_UNKNOWN) {
        diag_fail(&t->why, STATUS_INPUT,
                  csv_at(t->csv, row->submit == NS_UNKNOWN ? CREATED : DELETED),
                  "%s is empty, expected seconds",
                  row->submit == NS_UNKNOWN ? "creation_time" : "deletion_time");
        return table_reject(t, "missing");
    }
    if (scheduled < row->submit)
        return table_backwards(t, SCHEDULED, "scheduled_time", "creation_time",
                               row->submit - scheduled);
    if (deleted < scheduled)
        return table_backwards(t, DELETED, "deletion_time", "scheduled_time", scheduled - deleted);
    row->wait = scheduled - row->submit;
    row->run = deleted - scheduled;
    return TABLE_JOB;
}

static int openb_pods_read(struct input *in, const struct trace_options *opt, struct sink *s,
                           struct diag *d)
{
    struct job_group group;

    sink_unsorted_ok(s);
    sink_note(s, "time", "seconds from an arbitrary origin");
    sink_note(s, "outcome",
              "pods of phase Running were deleted while they ran: counted as censored");
    return table_read(in, ',', columns, COLUMNS, take, &group, opt, s, d);
}

TRACE_FORMAT(openb_pods) = {
    .name = "openb_pods",
    .summary = "Alibaba openb pods, 2023 (shares of a GPU)",
    .source = "github.com/alibaba/clusterdata, cluster-trace-gpu-v2023",
    .columns = "name, cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec, pod_phase, "
               "creation_time, scheduled_time, deletion_time",
    .jobs = true,
    .guess = openb_pods_guess,
    .read = openb_pods_read,
};
