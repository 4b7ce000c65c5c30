/* fuzz_thetagpu.c - any bytes through the reader of thetagpu. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("thetagpu", data, n);
}
