/* reading.h - what is said on stderr about a trace that was read, and the reader's flags. */
#ifndef BERTH_CLI_READING_H
#define BERTH_CLI_READING_H

#include "cli/verb.h"
#include "ingest/ingest.h"

/* The closing line, warnings, and the first rejects. `where` is the file that lists all of them, or
 * NULL. When reading failed, `why` is the reason: the rejects are shown as errors, and *why becomes
 * the last of them, for the caller to print. */
void reading_print(const struct call *c, const struct ingest_summary *s, const char *where,
                   struct diag *why);

/* The flags of opts_reading as options of the ingest. 0, or -1 with *d. */
int reading_options(const struct opts *o, struct ingest_options *out, struct diag *d);

#endif
