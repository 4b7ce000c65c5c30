/* fuzz_scontrol_nodes.c - any bytes through the reader of scontrol_nodes. */
#include "fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return fuzz_reader("scontrol_nodes", data, n);
}
