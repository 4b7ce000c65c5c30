/* runlog.c - run.log: the facts of one execution that must not be in the results. */
#include "experiment/runlog.h"
#include "base/vec.h"
#include "base/writer.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double peak_mib(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)r.ru_maxrss / 1024;
}

void runlog_note(struct runlog *l, const char *fmt, ...)
{
    char line[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (l->line)
        l->line(l->ctx, line);
    size_t n = strlen(line);
    if (l->n + n + 2 > l->room)
        l->text = vec_grow(l->text, &l->room, l->n + n + 2, 1);
    memcpy(l->text + l->n, line, n);
    l->n += n;
    l->text[l->n++] = '\n';
    l->text[l->n] = 0;
}

void runlog_begin(struct runlog *l, void (*line)(void *ctx, const char *text), void *ctx)
{
    struct utsname host;
    char when[64];
    time_t now = time(NULL);
    struct tm utc;

    memset(l, 0, sizeof *l);
    l->began = seconds(CLOCK_MONOTONIC);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    runlog_note(l, "program: berth %s, compiler " __VERSION__, BERTH_VERSION);
    runlog_note(l, "started: %s", when);
    if (uname(&host) == 0)
        runlog_note(l, "host: %s, %s %s %s", host.nodename, host.sysname, host.release,
                    host.machine);
    l->line = line;
    l->ctx = ctx;
}

void runlog_free(struct runlog *l)
{
    free(l->text);
    memset(l, 0, sizeof *l);
}

void runlog_start(struct runlog_watch *w)
{
    w->wall = seconds(CLOCK_MONOTONIC);
    w->cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
}

struct runlog_watch runlog_read(const struct runlog_watch *w)
{
    return (struct runlog_watch){seconds(CLOCK_MONOTONIC) - w->wall,
                                 seconds(CLOCK_THREAD_CPUTIME_ID) - w->cpu};
}

void runlog_took(struct runlog *l, struct runlog_watch took, const char *what)
{
    runlog_note(l, "%s: %.3f s wall, %.3f s cpu, %.1f MiB peak", what, took.wall, took.cpu,
                peak_mib());
}

void runlog_stop(struct runlog *l, const struct runlog_watch *w, const char *what)
{
    runlog_took(l, runlog_read(w), what);
}

/* Note every file below folder/inside, sorted. */
static void list_files(struct runlog *l, const char *folder, const char *inside)
{
    char path[1024], name[512];
    struct dirent **list;
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", folder, inside);
    int n = scandir(path, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *entry = list[i]->d_name;
        if (strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
            snprintf(name, sizeof name, "%s%s%s", inside, *inside ? "/" : "", entry);
            snprintf(path, sizeof path, "%s/%s", folder, name);
            if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
                list_files(l, folder, name);
            else
                runlog_note(l, "file: %s", name);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

int runlog_write(struct runlog *l, const char *folder, struct diag *d)
{
    char path[1024];
    struct writer w;

    runlog_note(l, "total: %.3f s wall, %.3f s cpu of all threads, %.1f MiB peak",
                seconds(CLOCK_MONOTONIC) - l->began, seconds(CLOCK_PROCESS_CPUTIME_ID), peak_mib());
    l->line = NULL;
    list_files(l, folder, "");
    runlog_note(l, "file: run.log");
    snprintf(path, sizeof path, "%s/run.log", folder);
    if (writer_open(&w, path, d) < 0)
        return -1;
    writer_bytes(&w, l->text, l->n);
    return writer_close(&w, d);
}
