/* mini_outcome.h - the outcome of a run small enough to work out by hand.
 *
 * 2 nodes x 4 GPUs, 3 h, 3.00 USD per GPU-hour, strict FIFO. A (3 GPUs, 2 h) on n0 and B (3,
 * 1 h, fails) on n1 start at 0; C (2 on one node, 1 h) comes at 600 s, finds one GPU free on
 * each node and waits until 3,600; D (2 x 4) comes at 3,600 and waits for all eight until
 * 7,200; E (16) was rejected. GPU-s: useful 43,200 + discarded 10,800 + fragmentation 6,000 +
 * too few 10,800 + no demand 15,600 = 86,400; USD 36 + 9 + 5 + 9 + 13 = 72. */
#ifndef BERTH_LIB_MINI_OUTCOME_H
#define BERTH_LIB_MINI_OUTCOME_H

#include "metrics/money.h"

struct mini_outcome { /* all memory in .arena and the interns of .jobs */
    struct arena arena;
    struct job_set jobs;
    struct topology fleet;
    struct outcome o;
};

/* Build it, money and order statistics included. */
void mini_outcome_init(struct mini_outcome *m);
void mini_outcome_free(struct mini_outcome *m);

/* A larger one in the same shape, by rule and not by simulation: `jobs` jobs on `nodes` nodes
 * of 8 GPUs, one series row per job, segments kept. Times and sizes vary; the ledger's sum is
 * exact; nothing else is promised. */
void mini_outcome_large(struct mini_outcome *m, uint32_t jobs, uint32_t nodes);

/* Whole file as text, NUL at the end; free() it. NULL when there is no such file. */
char *mini_outcome_read(const char *path);

/* What a report writes, as text; free() it. */
char *mini_outcome_render(const struct outcome *o, const char *report);

/* The folder of shared inputs, or NULL after printing "SKIP: ... not found". */
const char *mini_outcome_shared(void);

#endif
