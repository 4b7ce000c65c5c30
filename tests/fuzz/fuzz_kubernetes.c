/* fuzz_kubernetes.c - any bytes through the reader of kubernetes. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("kubernetes", data, n);
}
