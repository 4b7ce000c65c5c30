/* fuzz_berth.c - any bytes through the reader of berth. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("berth", data, n);
}
