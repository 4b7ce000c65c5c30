/* wrong_layout.c - was compiled with another idea of the structs. */
#include "double.h"

DECIDE
{
    (void)self, (void)v, (void)events, (void)n_events, (void)mode;
    return 0;
}

BERTH_POLICY(wrong_layout) = {.size = sizeof(struct berth_policy),
                              .minor = BERTH_ABI_MINOR,
                              .layout = BERTH_LAYOUT ^ 1,
                              .id = "wrong_layout",
                              .create = double_create,
                              .destroy = double_destroy,
                              .decide = decide};
