/* header.h - tell a table's format by the names in its header line. */
#ifndef BERTH_INGEST_HEADER_H
#define BERTH_INGEST_HEADER_H

#include "ingest/trace.h"

struct header_rule {
    const char *format; /* the name a near miss is reported under */
    char delimiter;
    const char *const *required; /* "" is a column without a name */
    uint32_t n_required;
    const char *const *known; /* further columns the format may have */
    uint32_t n_known;
};

/* GUESS_YES: every required column and no strange one. GUESS_MAYBE: every required
 * column among others, or all of them with another delimiter between (so that the
 * reader can say so). Else GUESS_NO, with *near filled when at least half are there. */
int header_guess(const struct header_rule *rule, const char *head, size_t n,
                 struct trace_near *near);

#endif
