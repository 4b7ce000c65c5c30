/* slurm_text.c - the small languages of Slurm's accounting: states, lengths of time, job
 * numbers. */
#include "ingest/slurm_text.h"

#include <string.h>
#include <strings.h>

int slurm_text_state(const char *text, size_t n)
{
    static const struct {
        const char *word;
        int end;
    } states[] = {
        {"COMPLETED", JOB_DONE},      {"FAILED", JOB_FAILED},         {"OUT_OF_MEMORY", JOB_FAILED},
        {"BOOT_FAIL", JOB_NODE_FAIL}, {"NODE_FAIL", JOB_NODE_FAIL},   {"CANCELLED", JOB_KILLED},
        {"TIMEOUT", JOB_TIMEOUT},     {"DEADLINE", JOB_TIMEOUT},      {"PREEMPTED", JOB_PREEMPTED},
        {"REQUEUED", JOB_PREEMPTED},  {"REVOKED", JOB_PREEMPTED},     {"RUNNING", JOB_CENSORED},
        {"COMPLETING", JOB_CENSORED}, {"SUSPENDED", JOB_CENSORED},    {"RESIZING", JOB_CENSORED},
        {"PENDING", SLURM_PENDING},   {"CONFIGURING", SLURM_PENDING},
    };
    const char *blank = memchr(text, ' ', n);
    size_t len = blank ? (size_t)(blank - text) : n;

    if (len > 0 && text[len - 1] == '+') /* a padded table cuts "CANCELLED by 12" */
        len--;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strlen(states[i].word) == len && strncasecmp(states[i].word, text, len) == 0)
            return states[i].end;
    return JOB_ENDS;
}

bool slurm_text_elapsed(const char *text, size_t n, ns_t *out)
{
    int64_t part[4], days = 0;
    const char *dash = memchr(text, '-', n), *colon;
    size_t count = 0;
    ns_t seconds;

    if (dash) {
        size_t len = (size_t)(dash - text);
        if (len == 0 || *text == '-' || !units_integer(text, len, &days) || days > 106751)
            return false;
        text += len + 1;
        n -= len + 1;
    }
    while (count < 3 && (colon = memchr(text, ':', n))) {
        size_t len = (size_t)(colon - text);
        if (len == 0 || *text == '-' || !units_integer(text, len, &part[count++]))
            return false;
        text += len + 1;
        n -= len + 1;
    }
    if (n == 0 || *text == '-' || count > 2 || !units_seconds(text, n, &seconds, NULL))
        return false;
    /* without a day the last two are minutes and seconds; with one, what follows it is hours */
    if (dash && count < 2) {
        int64_t hours = count == 1 ? part[0] : seconds / NS_PER_S;
        int64_t minutes = count == 1 ? seconds / NS_PER_S : 0;
        part[0] = hours;
        part[1] = minutes;
        seconds = 0;
    } else if (count == 0) {
        return false;
    } else if (count == 1) {
        part[1] = part[0];
        part[0] = 0;
    }
    if (part[0] > 2562047 || part[1] > 153722867 || seconds / NS_PER_S > SECONDS_MAX / 4)
        return false;
    days = days * 86400 + part[0] * 3600 + part[1] * 60 + seconds / NS_PER_S;
    if (days > SECONDS_MAX)
        return false;
    *out = days * NS_PER_S + seconds % NS_PER_S;
    return true;
}

bool slurm_text_limit(const char *text, size_t n, ns_t *out)
{
    static const char *const none[] = {"UNLIMITED", "Partition_Limit", "INVALID", "NONE"};

    *out = NS_UNKNOWN;
    if (n == 0)
        return true;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (strlen(none[i]) == n && strncasecmp(none[i], text, n) == 0)
            return true;
    return slurm_text_elapsed(text, n, out);
}

/* Digits from *at on; false when there is none or they are more than a number of Slurm can
 * be (so that sums of two never overflow). */
static bool digits(const char *text, size_t n, size_t *at, int64_t *out)
{
    size_t from = *at;

    while (*at < n && text[*at] >= '0' && text[*at] <= '9')
        ++*at;
    return *at > from && units_integer(text + from, *at - from, out) && *out < INT64_C(1) << 60;
}

bool slurm_text_id(const char *text, size_t n, struct slurm_id *out)
{
    size_t at = 0;
    int64_t number;

    *out = (struct slurm_id){.task = -1, .component = -1};
    if (!digits(text, n, &at, &number))
        return false;
    out->job = (uint64_t)number;
    if (at < n && text[at] == '_') {
        at++;
        if (at < n && text[at] == '[') {
            const char *end = memchr(text + at, ']', n - at);
            if (!end)
                return false;
            out->tasks = at + 1;
            out->tasks_n = (size_t)(end - text) - at - 1;
            at = (size_t)(end - text) + 1;
            if (out->tasks_n == 0)
                return false;
        } else if (!digits(text, n, &at, &out->task)) {
            return false;
        }
    }
    if (at < n && text[at] == '+') {
        at++;
        if (!digits(text, n, &at, &out->component))
            return false;
    }
    out->step = at < n && text[at] == '.' && at + 1 < n;
    return at == n || out->step;
}

int slurm_text_task(struct slurm_tasks *t, int64_t *task)
{
    if (t->step > 0 && t->next <= t->last) {
        *task = t->next;
        t->next += t->step;
        return 1;
    }
    if (t->at >= t->n || t->text[t->at] == '%')
        return 0;
    if (t->at > 0) {
        if (t->text[t->at] != ',')
            return -1;
        t->at++;
    }
    t->step = 1;
    if (!digits(t->text, t->n, &t->at, &t->next))
        return -1;
    t->last = t->next;
    if (t->at < t->n && t->text[t->at] == '-') {
        t->at++;
        if (!digits(t->text, t->n, &t->at, &t->last) || t->last < t->next)
            return -1;
    }
    if (t->at < t->n && t->text[t->at] == ':') {
        t->at++;
        if (!digits(t->text, t->n, &t->at, &t->step) || t->step < 1)
            return -1;
    }
    *task = t->next;
    t->next += t->step;
    return 1;
}
