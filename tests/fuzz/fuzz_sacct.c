/* fuzz_sacct.c - any bytes through the reader of sacct. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("sacct", data, n);
}
