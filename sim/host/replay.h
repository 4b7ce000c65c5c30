/* replay.h - a host without an engine: the events of a journal through a policy, and its decisions compared
 * with those recorded.
 *
 * The host's record of who holds what is built again from the events and the accepted decisions, by the same
 * code as in the run. With no policy given the recorded decisions are made again: that brings the host
 * to any moment of the run. */
#ifndef BERTH_HOST_REPLAY_H
#define BERTH_HOST_REPLAY_H

#include "host/decided.h"
#include "host/journal_file.h"

/* What a job gives up while it stops or moves, in host.held. */
struct replay_leaving {
    uint32_t first, n;
};

struct replay {
    struct host host;
    const struct journal_file *file; /* borrowed */
    struct journal_cursor cursor;
    struct journal_record next; /* not applied yet */
    bool scripted;              /* no policy of its own */
    size_t stop;                /* scripted: make decisions whose records are before this */
    bool stopped;
    VEC(struct berth_event) events;     /* of the call at which it stopped */
    struct decided recorded, made;      /* of the present call */
    size_t different;                   /* the first number that differs; SIZE_MAX = none */
    VEC(struct replay_leaving) leaving; /* by slot */
    struct host_tap tap;
    uint64_t calls;
    char damage[256]; /* what the journal says cannot be */
};

/* `as`: the policy, its options and parts; the replay fills in the rest. Without a policy it is the recorded
 * decisions themselves, up to the record at offset `stop`. `exactly`: as the recorded policy itself, see
 * decided.h; else by effect. 0, or -1 with *d (STATUS_POLICY: it refuses to begin). *r must stay where it is; it
 * is to be freed in any case. */
struct replay_config {
    const struct journal_file *file;
    struct host_config as;
    bool exactly;
    size_t stop;
};
int replay_open(struct replay *r, const struct replay_config *c, struct arena *a, struct diag *d);
void replay_free(struct replay *r);

/* Up to and with the next call of the policy. 1: it was made; see r->different and r->stopped. 0: the journal is
 * over. -1 with *d: STATUS_INPUT when its events cannot follow each other, STATUS_POLICY when the policy
 * broke its contract. */
int replay_call(struct replay *r, struct diag *d);

/* The job that a record's or a decision's key names, for messages; "?" when none. */
const char *replay_job(const struct journal_file *f, uint64_t key, char *to);

#endif
