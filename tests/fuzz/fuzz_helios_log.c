/* fuzz_helios_log.c - any bytes through the reader of helios_log. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("helios_log", data, n);
}
