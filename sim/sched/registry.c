/* registry.c - the table of policy parts. */
#include "sched/registry.h"

#include <stddef.h>
#include <string.h>

#define X(name) extern const struct policy_part policy_##name;
#include "gen/policies.def"
#undef X

static const struct policy_part *const parts[] = {
#define X(name) &policy_##name,
#include "gen/policies.def"
#undef X
    NULL};

const struct policy_part *const *registry_parts(void)
{
    return parts;
}

const struct policy_part *registry_find(enum axis axis, const char *name)
{
    for (size_t i = 0; parts[i]; i++)
        if (parts[i]->axis == axis && !strcmp(parts[i]->name, name))
            return parts[i];
    return NULL;
}

const char *registry_axis_name(enum axis axis)
{
    static const char *const name[AXES] = {"order",    "walk",   "displace", "place",
                                           "estimate", "launch", "share",    "preset"};
    return axis < AXES ? name[axis] : "unknown";
}
