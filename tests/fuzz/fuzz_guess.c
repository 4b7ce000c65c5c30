/* fuzz_guess.c - any bytes to the guess of the format and the reader it chooses. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader(NULL, data, n);
}
