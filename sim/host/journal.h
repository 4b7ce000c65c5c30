/* journal.h - a compact record of everything that crosses the policy's border, as it happens.
 *
 * A journal holds what a replay needs and nothing that the host can work out again: who decided, the fleet, the
 * requests, then events, decisions with what became of them, and transactions in order. docs/formats.md,
 * section Journal, is the format; journal_file.h reads it.
 *
 * Writing changes nothing: the journal hears by the host's tap and gives no answer. Its memory is this
 * struct and the buffer of the file. */
#ifndef BERTH_HOST_JOURNAL_H
#define BERTH_HOST_JOURNAL_H

#include "base/writer.h"
#include "host/host.h"

#define JOURNAL_MAGIC "BERTHJ1\n"    /* 8 bytes */
#define JOURNAL_NAME "journal.berth" /* in an output folder */

enum journal_what {
    JOURNAL_END,      /* what the run came to; the hash of all bytes before follows */
    JOURNAL_SUBMIT,   /* BERTH_EV_JOB_SUBMITTED, with the job */
    JOURNAL_EVENT,    /* any other event but BERTH_EV_REFUSED, which follows from its decision */
    JOURNAL_PROGRESS, /* host_progress() */
    JOURNAL_BATCH,    /* decide() is called with the events so far */
    JOURNAL_DECISION,
    JOURNAL_TRANSACTION, /* 'b', 'c', 'r' */
    JOURNAL_KINDS
};

/* Which members of an event or a decision follow; the others are 0 (key and slot: none). */
enum {
    JOURNAL_HAS_CODE = 1, /* reason of a decision */
    JOURNAL_HAS_COOKIE = 2,
    JOURNAL_HAS_A = 4, /* at of a decision */
    JOURNAL_HAS_B = 8, /* arg of a decision */
    JOURNAL_HAS_REFUSED = 16,
    JOURNAL_HAS_PIECES = 32
};

/* Flags of the header. */
enum { JOURNAL_NODE_NAMES = 1, JOURNAL_JOB_NAMES = 2, JOURNAL_USERS = 4, JOURNAL_EQUAL_NODES = 8 };

/* A file that the run came from; texts may be NULL. */
struct journal_input {
    const char *role, *file, *sha256;
};

struct journal_config {
    const char *path;   /* of the file to write */
    const char *policy; /* as the user named it */
    const struct host_config *host;
    const struct journal_input *inputs;
    uint32_t n_inputs;
};

struct journal {
    struct writer to;
    struct sha256 hash;
    struct host_tap tap;
    const struct job_set *jobs;
    ns_t last; /* times are written as differences */
    size_t n;
    char text[65]; /* the hash, after journal_close() */
    unsigned char bytes[4096];
};

/* Open the file, write the header and listen to the host, which host_init() has set up. `j` must stay where it
 * is until journal_close(). 0, or -1 with *d. */
int journal_open(struct journal *j, struct host *h, const struct journal_config *c, struct diag *d);

/* Write how the run ended (`status`: enum run_status's number, 0 = finished) and move the file into place. */
int journal_close(struct journal *j, struct host *h, uint32_t status, ns_t now, struct diag *d);

/* Give up: no file. Fine on a zeroed one. */
void journal_drop(struct journal *j, struct host *h);

/* Does a decision's record have its pieces? The host looks at them only then. */
bool journal_has_pieces(uint16_t kind, uint16_t refused);

#endif
