/* contain.h - code that this program was not built with runs in a child process: it may crash, leave or
 * never come back, and the parent still says who it was, cleans up and ends as documented.
 *
 * Parent and child share the notes of the hosts (host/host.h), which say where the policy is. */
#ifndef BERTH_CLI_CONTAIN_H
#define BERTH_CLI_CONTAIN_H

#include "host/host.h"
#include <sys/types.h>

/* How long one call of a policy may take: long enough for any honest one on a slow machine. */
#define CONTAIN_CALL_LIMIT (60 * NS_PER_S)

struct contain_end {
    enum { CONTAIN_ENDED, CONTAIN_CRASHED, CONTAIN_LATE } how;
    int status; /* exit status, or the signal of a crash */
    ns_t limit; /* of one call */
};

/* Zeroed memory that a child writes and its parent reads; the program ends when there is none. */
void *contain_share(size_t n);
void contain_unshare(void *p, size_t n);

/* Before any thread exists: 0 in the child, its id in the parent, -1 with *d when there is no process
 * to be had. From here on the parent keeps SIGINT and SIGTERM for contain_wait(). */
pid_t contain_fork(struct diag *d);

/* Wait for the child and pass SIGINT and SIGTERM on to it. It is killed when a policy stays in one call
 * for longer than `limit`, by the clock of a parent that sleeps when the machine does. */
struct contain_end contain_wait(pid_t child, const struct host_note *notes, uint32_t n, ns_t limit);

/* Did it end in order: outside of every policy, by itself? Else *d says who did what when. */
bool contain_in_order(const struct contain_end *end, const struct host_note *notes, uint32_t n,
                      struct diag *d);

/* "--call-limit", NULL = the usual one. */
int contain_limit(const char *text, ns_t *out, struct diag *d);

#endif
