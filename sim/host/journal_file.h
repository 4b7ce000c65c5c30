/* journal_file.h - read a journal: checked from front to back first, then record by record.
 *
 * What is damaged is found by journal_file_read(): a record that makes no sense, a file that ends early, a
 * hash that differs, each with its offset in bytes of the unpacked file ("run.berth: error: offset 512: ...").
 * Records of a journal that was read are well-formed; whether the events can follow each other is the
 * replay's to find out. */
#ifndef BERTH_HOST_JOURNAL_FILE_H
#define BERTH_HOST_JOURNAL_FILE_H

#include "base/input.h"
#include "host/journal.h"

/* Beyond these a journal is refused. */
enum { JOURNAL_FILE_JOBS = 1 << 26, JOURNAL_FILE_GPUS = 1 << 22, JOURNAL_FILE_VALUES = 32 };

struct journal_file { /* texts and tables in the arena given to journal_file_read() */
    const char *name;
    struct input *input; /* owned, and the bytes with it */
    const unsigned char *data;
    size_t n, body; /* body: where the header ends */
    const char *program, *policy, *id,
        *text; /* policy: as given; text: behind the descriptor's name */
    int64_t values[JOURNAL_FILE_VALUES];
    uint32_t n_values;
    uint64_t seed;
    ns_t save_time, restore_time;
    struct journal_input *inputs;
    uint32_t n_inputs;
    struct topology fleet;
    struct job_set jobs;    /* n: of the whole workload; those never submitted ask for nothing */
    uint32_t submitted;     /* jobs with a record */
    unsigned char *present; /* by job: 1 = submitted */
    /* how it ended */
    uint32_t status;
    ns_t end;
    uint64_t batches, decisions, refused;
    struct digest digest;
};

struct journal_record {
    uint8_t what;  /* JOURNAL_* */
    size_t offset; /* in the file */
    ns_t at;       /* of an event, batch, end; of progress: since when */
    uint32_t slot; /* of progress; BERTH_NONE = none */
    struct berth_event event;
    struct berth_job job; /* JOURNAL_SUBMIT: key, limit, request, user, name_class, priority */
    struct job_spec spec; /* JOURNAL_SUBMIT */
    const char *name;     /* JOURNAL_SUBMIT: not NUL-terminated; NULL = named by number */
    size_t name_n;
    ns_t ran, saved;                /* JOURNAL_PROGRESS */
    uint32_t n_events;              /* JOURNAL_BATCH */
    struct berth_decision decision; /* pieces: valid until the next record */
    uint16_t refused;
    char transaction;
};

struct journal_cursor {
    const struct journal_file *file;
    size_t at;
    ns_t last;
    VEC(struct berth_piece) pieces;
};

/* Read and check. 0, or -1 with *d (STATUS_INPUT); *f is to be freed in any case. */
int journal_file_read(const char *path, struct arena *a, struct journal_file *f, struct diag *d);

/* The same from `in`, which *f owns from here on. */
int journal_file_input(struct input *in, struct arena *a, struct journal_file *f, struct diag *d);
void journal_file_free(struct journal_file *f);

/* Record by record: 1 = one more, 0 = that was JOURNAL_END. */
struct journal_cursor journal_file_begin(const struct journal_file *f);
int journal_file_next(struct journal_cursor *c, struct journal_record *r);
void journal_file_end(struct journal_cursor *c);

/* A complaint at an offset; always -1. */
__attribute__((format(printf, 4, 5))) int journal_file_fail(const struct journal_file *f,
                                                            size_t offset, struct diag *d,
                                                            const char *fmt, ...);

#endif
