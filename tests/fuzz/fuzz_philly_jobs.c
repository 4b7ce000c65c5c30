/* fuzz_philly_jobs.c - any bytes through the reader of philly_jobs. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("philly_jobs", data, n);
}
