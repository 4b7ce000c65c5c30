/* fuzz_acme.c - any bytes through the reader of acme. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("acme", data, n);
}
