/* fuzz_openb_nodes.c - any bytes through the reader of openb_nodes. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("openb_nodes", data, n);
}
