/* journal_text.h - journals on the command line: where they are, and their contents as text. */
#ifndef BERTH_CLI_JOURNAL_TEXT_H
#define BERTH_CLI_JOURNAL_TEXT_H

#include "host/decided.h"
#include "host/journal_file.h"

/* Read the journal `path`, or the one in the folder `path`. *f is to be freed in any case. */
int journal_text_read(const char *path, struct arena *a, struct journal_file *f, struct diag *d);

/* "START job-7 on n3: GPUs 0-3, n4: GPUs 0-3"; `pieces` are those of the decision. */
void journal_text_decision(struct writer *w, const struct journal_file *f,
                           const struct decided_one *one, const struct berth_piece *pieces);

/* "n3: GPUs 0-3": one piece. */
void journal_text_piece(struct writer *w, const struct journal_file *f,
                        const struct berth_piece *p);

/* "job-7 ended after 90.000 s" */
void journal_text_event(struct writer *w, const struct journal_file *f,
                        const struct berth_event *e);

const char *journal_text_event_kind(uint16_t kind); /* "JOB_FINISHED" */

/* The journal record by record, a line each. */
void journal_text_all(struct writer *w, const struct journal_file *f);

#endif
