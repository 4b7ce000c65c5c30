/* fuzz_swf.c - any bytes through the reader of swf. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("swf", data, n);
}
