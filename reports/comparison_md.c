/* comparison_md.c - several runs side by side as Markdown tables for people. */
#include "metrics/comparison.h"
#include "metrics/report.h"

static const char *const main_columns[] = {
    "useful_share", "fragmentation_share",     "wait_mean_s", "wait_p95_s",
    "jct_mean_s",   "usd_per_useful_gpu_hour", NULL};
static const char *const buckets[] = {"allocated_share",    "useful_share",
                                      "discarded_share",    "gang_wait_share",
                                      "startup_share",      "comm_stall_share",
                                      "input_stall_share",  "interference_share",
                                      "held_idle_share",    "checkpoint_share",
                                      "restore_share",      "lost_work_share",
                                      "policy_share",       "reserved_share",
                                      "quota_share",        "fragmentation_share",
                                      "too_few_share",      "no_demand_share",
                                      "down_share",         "drained_share",
                                      "capacity_gpu_hours", NULL};
static const char *const times[] = {"wait_mean_s", "wait_p50_s", "wait_p90_s", "wait_p95_s",
                                    "wait_p99_s",  "jct_mean_s", "jct_p50_s",  "jct_p95_s",
                                    "makespan_s",  NULL};
static const char *const stops[] = {
    "jobs",          "jobs_finished",  "preemptions", "migrations",      "suspensions",
    "node_failures", "lost_gpu_hours", "promises",    "promises_broken", NULL};
static const char *const money[] = {"fleet_usd", "usd_per_useful_gpu_hour",
                                    "useful_gpu_hours_per_1000_usd", "useful_gpu_hours", NULL};
static const char *const lie[] = {
    "scattered_1_gpus",  "scattered_2_gpus", "scattered_4_gpus", "scattered_8_gpus",
    "largest_gang_gpus", "fgd_gpus",         "fgd_ratio",        NULL};

static const struct part {
    const char *title;
    const char *const *columns;
} parts[] = {
    {"In short", main_columns},
    {"Where GPU time went, shares of capacity", buckets},
    {"Waits and completion times, by job", times},
    {"Jobs, stops and promised starts", stops},
    {"Dollars", money},
    {"How the free GPUs lay, means in GPUs", lie},
};

static bool filled(const struct comparison *all, const char *const *names)
{
    for (; *names; names++)
        if (comparison_filled(all, comparison_find(*names)))
            return true;
    return false;
}

static int write_report(const struct comparison *all, const struct report_context *context,
                        struct writer *w, struct diag *d)
{
    (void)context;
    (void)d;
    comparison_head(all, w);
    writer_print(w,
                 "\nBold: the best of its column. Columns that are zero or unknown for every run "
                 "are left out.\n");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!filled(all, parts[i].columns))
            continue;
        writer_print(w, "\n### %s\n\n", parts[i].title);
        comparison_table(all, parts[i].columns, true, w);
    }
    return 0;
}

REPORT(comparison_md) = {
    .name = "comparison_md",
    .file = "comparison.md",
    .summary = "several runs: tables of what differs",
    .on_by_default = true,
    .compare = write_report,
};
