/* fuzz_philly_log.c - any bytes through the reader of philly_log. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("philly_log", data, n);
}
