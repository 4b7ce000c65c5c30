/* contain.c - code that this program was not built with runs in a child process. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, which POSIX 2008 lacks */
#include "cli/contain.h"

#include "base/check.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS (50 * 1000000)

void *contain_share(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    check(p != MAP_FAILED);
    return p;
}

void contain_unshare(void *p, size_t n)
{
    munmap(p, n);
}

static void watched_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

pid_t contain_fork(struct diag *d)
{
    sigset_t set, before;
    pid_t child;

    fflush(NULL); /* or it would be written twice */
    watched_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    child = fork();
    if (child == 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
        diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                  "cannot start a process to contain the policy: %s", strerror(errno));
    return child;
}

/* The longest that any policy has stayed in its present call, in steps. */
static uint32_t longest_stay(const struct host_note *notes, uint32_t n, uint64_t *calls,
                             uint32_t *steps)
{
    uint32_t longest = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint64_t now = atomic_load_explicit(&notes[i].calls, memory_order_relaxed);
        bool inside = atomic_load_explicit(&notes[i].inside, memory_order_relaxed) != HOST_OUTSIDE;
        steps[i] = inside && now == calls[i] ? steps[i] + 1 : 0;
        calls[i] = now;
        if (steps[i] > longest)
            longest = steps[i];
    }
    return longest;
}

static struct contain_end ended(int status, ns_t limit, bool killed)
{
    if (killed)
        return (struct contain_end){CONTAIN_LATE, 0, limit};
    if (WIFSIGNALED(status))
        return (struct contain_end){CONTAIN_CRASHED, WTERMSIG(status), limit};
    return (struct contain_end){CONTAIN_ENDED, WEXITSTATUS(status), limit};
}

struct contain_end contain_wait(pid_t child, const struct host_note *notes, uint32_t n, ns_t limit)
{
    uint64_t *calls = calloc(n + 1, sizeof *calls);
    uint32_t *steps = calloc(n + 1, sizeof *steps);
    const struct timespec step = {.tv_nsec = STEP_NS};
    bool killed = false;
    int status = 0;
    sigset_t set;

    check(calls && steps);
    watched_signals(&set);
    while (waitpid(child, &status, WNOHANG) == 0) {
        int got = sigtimedwait(&set, NULL, &step);
        if (got == SIGINT || got == SIGTERM) {
            kill(child, got);
        } else if (got < 0 && errno == EAGAIN && !killed &&
                   (ns_t)longest_stay(notes, n, calls, steps) * STEP_NS > limit) {
            kill(child, SIGKILL);
            killed = true;
        }
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    free(calls);
    free(steps);
    return ended(status, limit, killed);
}

/* The note of the policy that was inside when it ended; the one longest without a sign when several are
 * is not told apart: the first. */
static const struct host_note *culprit(const struct host_note *notes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (atomic_load_explicit(&notes[i].inside, memory_order_relaxed) != HOST_OUTSIDE)
            return &notes[i];
    return NULL;
}

static void say_what(const struct contain_end *end, char *to, size_t room)
{
    if (end->how == CONTAIN_LATE)
        snprintf(to, room, "did not come back within %.6g s", (double)end->limit / 1e9);
    else if (end->how == CONTAIN_CRASHED)
        snprintf(to, room, "crashed (%s)", strsignal(end->status));
    else
        snprintf(to, room, "left the program with exit status %d", end->status);
}

bool contain_in_order(const struct contain_end *end, const struct host_note *notes, uint32_t n,
                      struct diag *d)
{
    const struct host_note *who = culprit(notes, n);
    char what[96], clock[48];

    if (end->how == CONTAIN_ENDED && !who)
        return true;
    say_what(end, what, sizeof what);
    if (who)
        diag_fail(d, STATUS_POLICY, (struct diag_at){0}, "policy %.63s %s in %s, at %s%s%.63s",
                  who->policy, what,
                  host_place_name(
                      (enum host_place)atomic_load_explicit(&who->inside, memory_order_relaxed)),
                  units_clock_text(who->at, clock), *who->job ? ", job " : "", who->job);
    else
        diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                  "a process with a policy from a file %s outside of its functions, or while the "
                  "file was loaded",
                  what);
    return false;
}

int contain_limit(const char *text, ns_t *out, struct diag *d)
{
    *out = CONTAIN_CALL_LIMIT;
    if (text && (!units_duration(text, strlen(text), out) || *out <= 0))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "--call-limit is '%s', expected a duration above zero such as 60s", text);
    return 0;
}
