/* staging.h - an output folder that appears whole or not at all.
 *
 * Files are written into a hidden folder on the same file system and moved into place when all
 * of them are complete. A run that fails leaves the target as it was; parents that were made for
 * it are removed again. */
#ifndef BERTH_EXPERIMENT_STAGING_H
#define BERTH_EXPERIMENT_STAGING_H

#include "base/diag.h"
#include <stdbool.h>

struct staging {
    char target[900]; /* as the user gave it, without a slash at the end */
    char folder[960]; /* write here; "" when there is nothing staged */
    bool existed;     /* the target was there before: files are moved into it one by one */
    int parents_made; /* how many folders above the target were made for it */
};

/* Check the target and open the hidden folder. -1 with STATUS_USAGE when the target holds files
 * and `force` is not set, STATUS_INPUT when it cannot be written. */
int staging_open(struct staging *s, const char *target, bool force, struct diag *d);

/* Move everything into place. With force, files that an earlier run.log lists and that were not
 * written again are removed; files of strangers stay. -1 with *d (and the staged files are gone). */
int staging_commit(struct staging *s, struct diag *d);

/* Give up: remove what was staged. Fine on a zeroed, committed or dropped one. */
void staging_drop(struct staging *s);

/* Rewrite the place of an error inside the hidden folder to where the user expects the file, and
 * say that the target was left alone. No effect on other errors. */
void staging_explain(const struct staging *s, struct diag *d);

/* Make the folder and its missing parents below an existing place. 0, or -1 with *d. */
int staging_subfolder(const char *path, struct diag *d);

#endif
