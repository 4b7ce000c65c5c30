/* load.c - policies on the contract: those linked in, and shared objects. */
#include "host/load.h"

#include <dlfcn.h>
#include <string.h>

#define X(name) extern const struct berth_policy berth_policy_##name;
#include "gen/contract_policies.def"
#undef X

static const struct berth_policy *const built_in[] = {
#define X(name) &berth_policy_##name,
#include "gen/contract_policies.def"
#undef X
    NULL};

#define SYMBOL "berth_policy_v1"

const struct berth_policy *const *load_built_ins(void)
{
    return built_in;
}

const struct berth_policy *load_built_in(const char *id)
{
    for (size_t i = 0; built_in[i]; i++)
        if (!strcmp(built_in[i]->id, id))
            return built_in[i];
    return NULL;
}

int load_check(const struct berth_policy *p, const char *who, struct diag *d)
{
    struct diag_at nowhere = {0};

    if (!p)
        return diag_fail(d, STATUS_POLICY, nowhere,
                         "%s: " SYMBOL "() gave nothing for host version %u.%u", who,
                         BERTH_ABI_MAJOR, BERTH_ABI_MINOR);
    if (p->size < sizeof *p || p->layout != BERTH_LAYOUT)
        return diag_fail(
            d, STATUS_POLICY, nowhere,
            "%s: built for contract %u.%u with layout %016llx (%u bytes), this host has %u.%u with "
            "layout %016llx (%u bytes); compile it against the installed berth_policy.h",
            who, BERTH_ABI_MAJOR, p->size >= 8 ? p->minor : 0,
            p->size >= 16 ? (unsigned long long)p->layout : 0ULL, p->size, BERTH_ABI_MAJOR,
            BERTH_ABI_MINOR, (unsigned long long)BERTH_LAYOUT, (unsigned)sizeof *p);
    if (!p->id || !*p->id || !p->create || !p->destroy ||
        (!p->decide && !(p->extension && p->extension(NULL, BERTH_PARTS))))
        return diag_fail(d, STATUS_POLICY, nowhere, "%s: the descriptor lacks %s", who,
                         !p->id || !*p->id           ? "an id"
                         : !p->create || !p->destroy ? "create() or destroy()"
                                                     : "decide(), and the extension " BERTH_PARTS);
    return 0;
}

int load_file(const char *path, const struct berth_policy **out, struct diag *d)
{
    const struct berth_policy *(*entry)(uint32_t);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;

    if (!handle)
        return diag_fail(d, STATUS_POLICY, (struct diag_at){0}, "cannot load policy: %s",
                         dlerror());
    symbol = dlsym(handle, SYMBOL);
    if (!symbol)
        return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                         "%s: exports no " SYMBOL "(); a policy ends with BERTH_POLICY(name) = "
                         "{ ... };",
                         path);
    /* POSIX makes a function of an object pointer, ISO C does not. */
    memcpy(&entry, &symbol, sizeof entry);
    *out = entry(BERTH_ABI_MINOR);
    return load_check(*out, path, d);
}
