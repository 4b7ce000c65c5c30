/* fuzz_lumos.c - any bytes through the reader of lumos. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("lumos", data, n);
}
