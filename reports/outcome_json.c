/* outcome_json.c - the whole outcome for programs: versioned, hashed, equal bytes for equal
 * inputs. Integers beyond 2^53 and money are strings; unknown is null. */
#include "metrics/calendar.h"
#include "metrics/money.h"
#include "metrics/report.h"

#include <math.h>

struct json {
    struct writer *w;
    int depth;
    bool first;
};

static void line(struct json *j)
{
    writer_print(j->w, "%s\n%*s", j->first ? "" : ",", j->depth, "");
    j->first = false;
}

static void key(struct json *j, const char *name)
{
    line(j);
    writer_json(j->w, name);
    writer_print(j->w, ": ");
}

static void begin(struct json *j, char bracket)
{
    writer_char(j->w, bracket);
    j->depth++;
    j->first = true;
}

static void end(struct json *j, char bracket)
{
    j->depth--;
    if (!j->first)
        writer_print(j->w, "\n%*s", j->depth, "");
    writer_char(j->w, bracket);
    j->first = false;
}

static void object(struct json *j, const char *name)
{
    key(j, name);
    begin(j, '{');
}

static void text(struct json *j, const char *name, const char *value)
{
    key(j, name);
    writer_json(j->w, value);
}

static void whole(struct json *j, const char *name, uint64_t v)
{
    key(j, name);
    if (v <= UINT64_C(1) << 53)
        writer_int(j->w, (int64_t)v);
    else
        writer_print(j->w, "\"%llu\"", (unsigned long long)v);
}

static void real(struct json *j, const char *name, double v, int decimals)
{
    key(j, name);
    writer_real(j->w, v, decimals);
}

static void wide(struct json *j, const char *name, wide_t v)
{
    key(j, name);
    writer_char(j->w, '"');
    writer_wide(j->w, v);
    writer_char(j->w, '"');
}

static void cents(struct json *j, const char *name, int64_t v)
{
    char to[24];

    text(j, name, money_text(v, to));
}

/* Money or a ratio to money: a string with two decimals. */
static void dollars(struct json *j, const char *name, double v)
{
    key(j, name);
    if (isfinite(v))
        writer_print(j->w, "\"%.2f\"", v);
    else
        writer_print(j->w, "null");
}

static void write_inputs(struct json *j, const struct outcome *o)
{
    key(j, "inputs");
    begin(j, '[');
    for (uint32_t i = 0; i < o->n_inputs; i++) {
        const struct outcome_input *in = &o->inputs[i];
        line(j);
        begin(j, '{');
        text(j, "role", in->role);
        text(j, "file", in->file);
        if (in->format)
            text(j, "format", in->format);
        text(j, "sha256", in->sha256);
        if (in->format) {
            whole(j, "rows", in->rows);
            whole(j, "jobs", in->jobs);
            whole(j, "rejected", in->rejected);
            whole(j, "skipped", in->skipped);
        }
        end(j, '}');
    }
    end(j, ']');
}

static void write_what(struct json *j, const struct outcome *o)
{
    static const char *const status[] = {
        [RUN_FINISHED] = "finished", [RUN_HORIZON] = "horizon", [RUN_STUCK] = "stuck"};
    char origin[32];

    object(j, "policy");
    text(j, "name", o->policy_name);
    text(j, "composition", o->composition);
    text(j, "estimates", o->estimates);
    key(j, "clairvoyant");
    writer_print(j->w, o->clairvoyant ? "true" : "false");
    end(j, '}');
    whole(j, "seed", o->seed);
    text(j, "status", status[o->status]);
    object(j, "time");
    text(j, "unit", "ns");
    text(j, "origin", o->jobs->origin == NS_UNKNOWN ? NULL : calendar_iso(o->jobs->origin, origin));
    whole(j, "warmup", (uint64_t)o->warmup);
    whole(j, "horizon", (uint64_t)o->horizon);
    end(j, '}');
    object(j, "fleet");
    whole(j, "gpus", o->fleet->n_gpus);
    whole(j, "nodes", o->fleet->n_nodes);
    object(j, "types");
    for (uint32_t k = 0; k < o->fleet->n_types; k++)
        whole(j, o->fleet->type_name[k], o->fleet->type_gpus[k]);
    end(j, '}');
    end(j, '}');
    text(j, "decision_digest", o->digest);
    if (o->journal[0])
        text(j, "journal_digest", o->journal);
}

static void write_ledger(struct json *j, const struct outcome *o)
{
    object(j, "ledger");
    text(j, "unit", "milligpu_ns");
    wide(j, "capacity", o->capacity);
    object(j, "buckets");
    for (int b = 0; b < BUCKETS; b++)
        wide(j, bucket_info[b].name, o->total.bucket[b]);
    end(j, '}');
    object(j, "fragmentation");
    for (int f = 0; f < FRAGS; f++)
        if (o->frag[f])
            wide(j, frag_name[f], o->frag[f]);
    end(j, '}');
    end(j, '}');
}

/* {"node": {"all": 4.5, "a100": 3}, ..., "site": {...}}: types only where there are several. */
static void write_gangs(struct json *j, const struct outcome *o)
{
    const struct outcome_fragmentation *f = &o->fragmentation;

    object(j, "largest_gang_by_level");
    for (uint32_t i = 0; i < f->n_gangs; i++) {
        const struct outcome_gang *g = &f->gangs[i];
        if (!i || g->level != f->gangs[i - 1].level)
            object(j, level_name((enum level)g->level));
        real(j, g->gpu_type < o->fleet->n_types ? o->fleet->type_name[g->gpu_type] : "all", g->mean,
             6);
        if (i + 1 == f->n_gangs || f->gangs[i + 1].level != g->level)
            end(j, '}');
    }
    end(j, '}');
}

/* How the free capacity lay; absent when nobody measured it. */
static void write_fragmentation(struct json *j, const struct outcome *o)
{
    const struct outcome_fragmentation *f = &o->fragmentation;
    char name[40];

    if (!f->known)
        return;
    object(j, "fragmentation");
    for (int k = 0; k < FRAG_FGD; k++) {
        snprintf(name, sizeof name, "%s_gpus", fragmentation_name[k]);
        real(j, name, f->mean[k], 6);
    }
    real(j, "fgd_gpus", f->fgd_known ? f->mean[FRAG_FGD] : NAN, 6);
    real(j, "fgd_ratio", f->fgd_known ? f->fgd_ratio : NAN, 6);
    if (f->mig_known) {
        real(j, "mig_holes_gpus", f->mean[FRAG_MIG_HOLES], 6);
        real(j, "mig_holes_ratio", f->mig_holes_ratio, 6);
    }
    if (f->n_gangs)
        write_gangs(j, o);
    end(j, '}');
}

static void write_money(struct json *j, const struct outcome *o)
{
    const struct money *m = &o->money;

    if (!m->known) {
        text(j, "money", NULL);
        return;
    }
    object(j, "money");
    text(j, "currency", "USD");
    cents(j, "fleet_cost", m->fleet_cents);
    dollars(j, "fleet_cost_low", m->low);
    dollars(j, "fleet_cost_high", m->high);
    object(j, "buckets");
    for (int b = 0; b < BUCKETS; b++)
        cents(j, bucket_info[b].name, m->bucket_cents[b]);
    end(j, '}');
    dollars(j, "usd_per_useful_gpu_hour", m->usd_per_useful_gpu_hour);
    dollars(j, "useful_gpu_hours_per_1000_usd", m->useful_gpu_hours_per_1000_usd);
    object(j, "parts");
    for (int p = 0; p < MONEY_PARTS; p++)
        if (m->part_cents[p])
            cents(j, money_part_name[p], m->part_cents[p]);
    end(j, '}');
    real(j, "energy_kwh", m->energy_kwh, 3);
    whole(j, "unpriced_nodes", m->unpriced_nodes);
    end(j, '}');
}

static void write_shares(struct json *j, const struct outcome *o)
{
    double all = (double)o->capacity;

    object(j, "shares");
    real(j, "allocated", (double)o->allocated / all, 6);
    real(j, "occupied", (double)outcome_occupied(&o->total) / all, 6);
    real(j, "useful", (double)o->total.bucket[BUCKET_USEFUL] / all, 6);
    real(j, "mfu", NAN, 6);
    end(j, '}');
}

static void write_quantiles(struct json *j, const char *name, const char *weight,
                            const struct quantiles *q)
{
    object(j, name);
    text(j, "weight", weight);
    real(j, "mean", q->mean, 6);
    real(j, "p50", q->p50, 6);
    real(j, "p90", q->p90, 6);
    real(j, "p95", q->p95, 6);
    real(j, "p99", q->p99, 6);
    real(j, "max", q->max, 6);
    end(j, '}');
}

static void write_jobs(struct json *j, const struct outcome *o)
{
    const struct outcome_jobs *s = &o->stats;

    object(j, "jobs");
    whole(j, "n", s->n);
    whole(j, "started", s->started);
    whole(j, "finished", s->finished);
    write_quantiles(j, "wait_s", "job", &s->wait);
    write_quantiles(j, "jct_s", "job", &s->jct);
    object(j, "bounded_slowdown");
    text(j, "weight", "job");
    whole(j, "floor_s", 10);
    real(j, "mean", s->slowdown.mean, 6);
    real(j, "p50", s->slowdown.p50, 6);
    real(j, "p90", s->slowdown.p90, 6);
    real(j, "p95", s->slowdown.p95, 6);
    real(j, "p99", s->slowdown.p99, 6);
    real(j, "max", s->slowdown.max, 6);
    end(j, '}');
    write_quantiles(j, "wait_s_by_gpu_time", "gpu_time", &s->wait_gpu);
    write_quantiles(j, "jct_s_by_gpu_time", "gpu_time", &s->jct_gpu);
    write_quantiles(j, "first_wait_s", "job", &s->first_wait);
    object(j, "stops");
    for (int k = 0; k < STOP_REASONS; k++)
        whole(j, outcome_stop_name[k], o->stops[k]);
    end(j, '}');
    /* waiting of jobs that would have fitted by count */
    real(j, "blocked_fitting_job_s", (double)o->blocked_fitting / 1e9, 6);
    real(j, "makespan_s", s->makespan_s, 6);
    end(j, '}');
}

static void write_checks(struct json *j, const struct outcome *o)
{
    wide_t sum = 0;

    for (int b = 0; b < BUCKETS; b++)
        sum += o->total.bucket[b];
    object(j, "checks");
    text(j, "ledger_sum", sum == o->capacity ? "exact" : "broken");
    object(j, "little");
    real(j, "n_bar", o->little_n, 6);
    real(j, "lambda_w", o->little_lambda_w, 6);
    end(j, '}');
    object(j, "promised_starts");
    whole(j, "made", o->promises);
    whole(j, "broken", o->promises_broken);
    end(j, '}');
    whole(j, "refused_decisions", o->refused_decisions);
    end(j, '}');
    if (o->stuck)
        text(j, "stuck", o->stuck);
    key(j, "warnings");
    begin(j, '[');
    for (uint32_t i = 0; i < o->n_warnings; i++) {
        line(j);
        writer_json(j->w, o->warnings[i]);
    }
    end(j, ']');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct json j = {.w = w};

    (void)c;
    (void)d;
    begin(&j, '{');
    whole(&j, "berth_outcome", 1);
    object(&j, "program");
    text(&j, "name", "berth");
    text(&j, "version", o->program_version);
    text(&j, "abi", o->policy_abi);
    end(&j, '}');
    write_inputs(&j, o);
    write_what(&j, o);
    write_ledger(&j, o);
    write_fragmentation(&j, o);
    write_money(&j, o);
    write_shares(&j, o);
    write_jobs(&j, o);
    write_checks(&j, o);
    end(&j, '}');
    writer_char(w, '\n');
    return 0;
}

REPORT(outcome_json) = {
    .name = "outcome_json",
    .file = "outcome.json",
    .summary = "the whole outcome for programs: versioned, with hashes, seed and digest",
    .on_by_default = true,
    .write = write_report,
};
