/* fgd.h - the arrivals-only experiment of the FGD paper: pods in a given order, each placed at once or failed
 * for good, and the cluster's fragmentation after each. It asks the placement of the scheduling core. */
#ifndef BERTH_TESTS_LIB_FGD_H
#define BERTH_TESTS_LIB_FGD_H

#include "base/vec.h"
#include "sched/place.h"

struct fgd_trace {
    struct arena arena;
    struct topology fleet; /* in the order of the node file */
    struct job_set jobs;   /* requests and groups only; equal requests share a class */
    uint32_t n_pods;
    uint32_t *request;              /* by pod */
    struct fragmentation_task *all; /* by request: its shape and how many pods */
    struct fragmentation_mix mix;   /* of all pods, 95 percent */
};

struct fgd_order {
    VEC(uint32_t) pod;  /* rows of the pod file as they arrive */
    VEC(uint32_t) rank; /* by node: its place in ties */
};

/* After one arrival. GPU amounts in milli; fragments in milli x mix.kept. */
struct fgd_row {
    uint32_t step, pod, node; /* NODE_NONE = it did not fit */
    uint64_t gpus;            /* its devices on the node */
    int64_t score;            /* as published, 0..100; 0 for random and failed pods */
    int64_t arrived, used, idle;
    uint32_t used_nodes, used_gpus; /* nodes with anything in use, and all their GPUs */
    int64_t amount[FRAGMENTS];
};

/* The node file and the pod file of a variant ("default"), plain or gzip, below `folder`; false when there is
 * no such pod file. Ends the program on a broken file. */
bool fgd_load(struct fgd_trace *t, const char *folder, const char *variant);
void fgd_free(struct fgd_trace *t);

void fgd_order_read(struct fgd_order *o, const char *path, const struct fgd_trace *t);
void fgd_order_free(struct fgd_order *o);

/* `policy` is a placement part by name. One call of `row` per arrival; `want_score` fills row.score. */
void fgd_run(const struct fgd_trace *t, const struct fgd_order *o, const char *policy,
             uint64_t seed, bool want_score, void (*row)(void *to, const struct fgd_row *),
             void *to);

/* ---- the recorded results ---- */

enum { FGD_DETERMINISTIC = 5, FGD_POLICIES = 6 };

/* The policies of the paper: random is the last. */
extern const struct fgd_policy {
    const char *paper, *part;
    const char *column; /* of its score in the tables of single nodes; NULL for random */
} fgd_policies[FGD_POLICIES];

/* Its place in fgd_policies, or FGD_POLICIES. */
int fgd_policy(const char *paper);

/* Path of a file of the oracle, or NULL after a loud line. */
const char *fgd_oracle(const char *inside, char *to, size_t room);

/* fgd_load from the shared traces; of "default-t015" the pods are those of "default". */
bool fgd_load_shared(struct fgd_trace *t, const char *variant);

double fgd_fragmentation(const struct fgd_trace *t, const struct fgd_row *r); /* milli-GPU */
/* An amount of fragments in percent of what is idle. */
double fgd_percent(const struct fgd_trace *t, const struct fgd_row *r, int64_t amount);

/* The mask of acceptable types of a list "A|B", "" = all. */
uint64_t fgd_types(const struct topology *fleet, const char *list);

#endif
