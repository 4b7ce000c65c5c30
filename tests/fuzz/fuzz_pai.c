/* fuzz_pai.c - any bytes through the reader of pai. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("pai", data, n);
}
