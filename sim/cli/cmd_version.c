/* cmd_version.c - berth version: what this program is made of. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "ingest/ingest.h"
#include "metrics/plot.h"
#include "metrics/report.h"
#include "sched/registry.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"berth version", "version, compiler, formats, reports and policies found"},
    {0},
};

#ifdef BERTH_DEBUG
#define CHECKS "debug"
#else
#define CHECKS "release"
#endif

static void names_text(const char *what, const char *const *names, uint32_t n)
{
    int column = printf("%-10s", what);

    for (uint32_t i = 0; i < n; i++) {
        if (column + (int)strlen(names[i]) + 1 > 79)
            column = printf("\n%-10s", "") - 1;
        column += printf(" %s", names[i]);
    }
    putchar('\n');
}

static void names_json(struct writer *w, const char *what, const char *const *names, uint32_t n)
{
    writer_print(w, ",\"%s\":[", what);
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            writer_char(w, ',');
        writer_json(w, names[i]);
    }
    writer_char(w, ']');
}

enum { NAMES_MAX = 256 };

static int cmd_version(const struct call *c, struct diag *d)
{
    const char *formats[NAMES_MAX], *reports[NAMES_MAX], *policies[NAMES_MAX];
    uint32_t n_formats = 0, n_reports = 0, n_policies = 0;

    for (const struct trace_format *const *f = ingest_formats(); *f && n_formats < NAMES_MAX; f++)
        formats[n_formats++] = (*f)->name;
    for (const struct report *const *r = report_all(); *r && n_reports < NAMES_MAX; r++)
        reports[n_reports++] = (*r)->name;
    for (const struct policy_part *const *p = registry_parts(); *p && n_policies < NAMES_MAX; p++)
        if ((*p)->axis == AXIS_PRESET)
            policies[n_policies++] = (*p)->name;
    if (!c->opts->json) {
        printf("berth %s\n", BERTH_VERSION);
        if (c->opts->quiet)
            return STATUS_OK;
        printf("%-10s %s, %s checks\n", "compiler", __VERSION__, CHECKS);
        printf("%-10s %s\n", "gnuplot", plot_available() ? "found" : "not found: no pictures");
        names_text("formats", formats, n_formats);
        names_text("reports", reports, n_reports);
        names_text("policies", policies, n_policies);
        return STATUS_OK;
    }
    struct writer w;
    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"name\":\"berth\",\"version\":\"%s\",\"compiler\":", BERTH_VERSION);
    writer_json(&w, __VERSION__);
    writer_print(&w, ",\"checks\":\"" CHECKS "\",\"gnuplot\":%s",
                 plot_available() ? "true" : "false");
    names_json(&w, "formats", formats, n_formats);
    names_json(&w, "reports", reports, n_reports);
    names_json(&w, "policies", policies, n_policies);
    writer_print(&w, "}\n");
    return writer_close(&w, d);
}

const struct verb cmd_version_verb = {
    .name = "version",
    .args = "",
    .summary = "version, compiler, formats, reports and policies found",
    .group = "about",
    .examples = examples,
    .tables = {&opts_speaking},
    .args_max = 0,
    .run = cmd_version,
};
