/* fuzz_openb_pods.c - any bytes through the reader of openb_pods. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("openb_pods", data, n);
}
