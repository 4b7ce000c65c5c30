/* summary.h - what was read and left out, counted; private to ingest. */
#ifndef BERTH_INGEST_SUMMARY_H
#define BERTH_INGEST_SUMMARY_H

#include "ingest/sink.h"

/* Fill *out from all that the sink counted; `jobs` of its rows became jobs. */
void summary_fill(struct sink *s, uint32_t jobs, struct ingest_summary *out);

#endif
