/* slurm_tres.h - what a job was given, as Slurm writes it:
 * "billing=64,cpu=64,gres/gpu:a100=8,gres/gpu=8,mem=491520M,node=1". */
#ifndef BERTH_INGEST_SLURM_TRES_H
#define BERTH_INGEST_SLURM_TRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLURM_TRES_TYPES 8

struct slurm_tres { /* totals over all nodes; -1 = not stated */
    int64_t nodes, cpus, memory_mib;
    int64_t gpus;        /* gres/gpu without a type */
    int64_t shards, mps; /* gres/shard, gres/mps (hundredths of a GPU) */
    struct {
        const char *name;
        size_t n;
        int64_t gpus;
    } typed[SLURM_TRES_TYPES]; /* borrowed */
    uint32_t n_typed;
};

/* Where a text is not what it should be, for a mark under it. */
struct slurm_fault {
    size_t at, n;
    const char *expected;
    char what[48];
};

bool slurm_tres_parse(const char *text, size_t n, struct slurm_tres *out,
                      struct slurm_fault *fault);

/* "491520M", "1.5G", "2048" (MiB), "0" -> MiB, rounded up. */
bool slurm_tres_memory(const char *text, size_t n, int64_t *mib);

/* Devices: the typed and the untyped count name the same ones; sites may track either. */
int64_t slurm_tres_gpus(const struct slurm_tres *t);

/* Is this GPU type the name of a MIG slice ("1g.10gb", "3g.40gb+me")? */
bool slurm_tres_is_mig(const char *type, size_t n);

#endif
