/* progress.c - one line on stderr while a run goes on: bar, rate, time left. */
#include "cli/progress.h"
#include "cli/terminal.h"

#include <string.h>
#include <time.h>

#define FIRST_AFTER_S 0.5
#define REDRAW_S 0.1
#define BAR 10

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_begin(struct progress *p, const char *when)
{
    memset(p, 0, sizeof *p);
    if (when && !strcmp(when, "always"))
        p->on = true;
    else if (!when || !strcmp(when, "auto"))
        p->on = terminal_is(stderr);
    p->utf8 = terminal_utf8();
    p->width = terminal_width(stderr);
    p->began = p->last = now_s();
    pthread_mutex_init(&p->lock, NULL);
}

void progress_plan(struct progress *p, uint32_t trials, const struct job_set *jobs)
{
    pthread_mutex_lock(&p->lock);
    p->trials = trials;
    p->jobs_per_trial = jobs->n;
    p->last_day = jobs->n ? (double)jobs->specs[jobs->n - 1].submit / 86400e9 : 0;
    pthread_mutex_unlock(&p->lock);
}

/* 62310 -> "62,310" */
static void grouped(char *to, size_t room, uint64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
    size_t k = 0;

    for (int i = 0; i < n && k + 2 < room; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            to[k++] = ',';
        to[k++] = digits[i];
    }
    to[k] = 0;
}

void progress_line(char *to, size_t room, int width, bool utf8, double share, double day,
                   double last_day, uint64_t jobs, uint64_t of_jobs, double events_per_s,
                   double eta_s)
{
    char done[32], all[32], bar[BAR * 3 + 1] = "", eta[32];
    int full = (int)(share * BAR + 0.5);

    for (int i = 0; i < BAR; i++)
        strcat(bar, i < full ? (utf8 ? "\u2588" : "#") : (utf8 ? "\u2591" : "-"));
    grouped(done, sizeof done, jobs);
    grouped(all, sizeof all, of_jobs);
    if (eta_s >= 3600)
        snprintf(eta, sizeof eta, "%d:%02d:%02d", (int)eta_s / 3600, (int)eta_s / 60 % 60,
                 (int)eta_s % 60);
    else
        snprintf(eta, sizeof eta, "%d:%02d", (int)eta_s / 60, (int)eta_s % 60);
    snprintf(to, room, "run  %s  %2d %%  day %.1f of %.0f  %s of %s jobs  %.1f M events/s  eta %s",
             bar, (int)(share * 100), day, last_day, done, all, events_per_s / 1e6, eta);
    /* Cut at the width: every character of the text but the bar's is one byte. */
    size_t extra = utf8 ? BAR * 2 : 0;
    if (width > BAR + 5 && strlen(to) > (size_t)width + extra)
        to[(size_t)width + extra] = 0;
}

static void draw(struct progress *p, const struct trial_progress *now, double t)
{
    char line[256];
    uint64_t jobs = 0, events = 0, all = p->jobs_per_trial * (p->trials ? p->trials : 1);

    for (uint32_t i = 0; i < PROGRESS_TRIALS; i++) {
        jobs += p->ended[i];
        events += p->events[i];
    }
    double share = all ? (double)jobs / (double)all : 0, spent = t - p->began;
    double eta = share > 0 ? spent * (1 - share) / share : 0;
    double day = (double)now->now / 86400e9;
    progress_line(line, sizeof line, p->width - 1, p->utf8, share, day,
                  day > p->last_day ? day : p->last_day, jobs, all,
                  spent > 0 ? (double)events / spent : 0, eta);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    p->drawn = true;
}

void progress_tell(struct progress *p, uint32_t trial, const struct trial_progress *now)
{
    if (!p->on)
        return;
    pthread_mutex_lock(&p->lock);
    if (trial < PROGRESS_TRIALS) {
        p->ended[trial] = now->jobs_ended;
        p->events[trial] = now->events;
    }
    double t = now_s();
    if (p->on && t - p->began >= FIRST_AFTER_S && t - p->last >= REDRAW_S) {
        p->last = t;
        draw(p, now, t);
    }
    pthread_mutex_unlock(&p->lock);
}

void progress_end(struct progress *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    p->on = p->drawn = false;
    pthread_mutex_unlock(&p->lock);
}
