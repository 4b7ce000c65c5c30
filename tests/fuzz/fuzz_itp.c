/* fuzz_itp.c - any bytes through the reader of itp. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("itp", data, n);
}
