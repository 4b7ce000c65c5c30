/* fuzz_philly_attempts.c - any bytes through the reader of philly_attempts. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("philly_attempts", data, n);
}
