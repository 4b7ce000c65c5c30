/* kube_need.c - what a pod asks for, from its containers. */
#include "ingest/kube_need.h"

#include "ingest/kube_quantity.h"

#include <string.h>

const char *kube_need_mig(const char *resource)
{
    static const char prefix[] = "nvidia.com/mig-";

    return strncmp(resource, prefix, sizeof prefix - 1) == 0 ? resource + sizeof prefix - 1 : NULL;
}

bool kube_need_is_gpu(const char *resource)
{
    return strcmp(resource, "nvidia.com/gpu") == 0 ||
           strcmp(resource, "nvidia.com/gpu.shared") == 0 || strcmp(resource, "amd.com/gpu") == 0;
}

/* A quantity is text, or now and then a bare number. */
static bool as_text(const json_node *v, char to[40])
{
    const char *text = json_string(v);
    double number;

    if (text)
        return snprintf(to, 40, "%s", text) < 40;
    if (!json_number(v, &number) || number < 0 || number > 9e15)
        return false;
    snprintf(to, 40, "%lld", (long long)number);
    return (double)(long long)number == number;
}

static int quantity(struct kube_file *f, const json_node *v, bool memory, const char *about,
                    int64_t *out, struct diag *d)
{
    char text[40];
    const char *shown = json_string(v);
    bool good = as_text(v, text) && (memory ? kube_quantity_mib(text, strlen(text), out)
                                            : kube_quantity_milli(text, strlen(text), out));

    if (good && *out <= INT64_MAX / 4096)
        return 0;
    return kube_file_fail(f, v, false, v, about, d,
                          "%s is '%.80s', expected a Kubernetes quantity such as 64Gi, 68G or 500m",
                          json_key(v), shown ? shown : json_kind_name(json_kind(v)));
}

/* Add one resource to a need. */
static int take(struct kube_file *f, const json_node *v, const char *about, struct arena *a,
                struct kube_need *to, struct diag *d)
{
    const char *key = json_key(v), *mig = kube_need_mig(key);
    int64_t amount = 0;

    if (strcmp(key, "cpu") == 0 || strcmp(key, "memory") == 0) {
        bool memory = *key == 'm';
        if (quantity(f, v, memory, about, &amount, d) < 0)
            return -1;
        *(memory ? &to->memory_mib : &to->cpu_milli) += amount;
        return 0;
    }
    if (!mig && !kube_need_is_gpu(key))
        return 0;
    if (quantity(f, v, false, about, &amount, d) < 0)
        return -1;
    if (amount % 1000 != 0 || amount / 1000 > 1048576)
        return kube_file_fail(f, v, false, v, about, d,
                              "%s is '%.80s', expected a whole number "
                              "up to 1048576",
                              key, json_string(v) ? json_string(v) : "a number");
    amount /= 1000;
    if (!mig) {
        to->gpus += amount;
    } else if (amount > 0) {
        if (to->mig && strcmp(to->mig, mig) != 0)
            return kube_file_fail(f, v, true, v, about, d,
                                  "asks for %s beside mig-%s, expected one "
                                  "kind of MIG slice",
                                  key, to->mig);
        to->mig = arena_text(a, mig, strlen(mig));
        to->slices += amount;
    }
    return 0;
}

int kube_need_map(struct kube_file *f, const json_node *map, const char *about, struct arena *a,
                  struct kube_need *out, struct diag *d)
{
    *out = (struct kube_need){0};
    JSON_EACH (v, map)
        if (!kube_need_mig(json_key(v)) && take(f, v, about, a, out, d) < 0)
            return -1;
    return 0;
}

/* Requests of one container; what is only under limits is asked for as well, and what
 * stands under both must agree when it is a device. */
static int container(struct kube_file *f, const json_node *c, const char *about, struct arena *a,
                     struct kube_need *out, struct diag *d)
{
    const json_node *resources = json_get(c, "resources");
    const json_node *requests = json_get(resources, "requests");
    const json_node *limits = json_get(resources, "limits");

    *out = (struct kube_need){0};
    JSON_EACH (v, requests) {
        const json_node *cap = json_get(limits, json_key(v));
        char asked[40], allowed[40];
        int64_t x, y;

        if (cap && strchr(json_key(v), '/') && as_text(v, asked) && as_text(cap, allowed) &&
            kube_quantity_milli(asked, strlen(asked), &x) &&
            kube_quantity_milli(allowed, strlen(allowed), &y) && x != y)
            return kube_file_fail(f, v, true, resources, about, d,
                                  "%s request is %s but limit is %s, expected the same number",
                                  json_key(v), asked, allowed);
        if (take(f, v, about, a, out, d) < 0)
            return -1;
    }
    JSON_EACH (v, limits)
        if (!json_get(requests, json_key(v)) && take(f, v, about, a, out, d) < 0)
            return -1;
    return 0;
}

static void plus(struct kube_need *to, const struct kube_need *n)
{
    to->cpu_milli += n->cpu_milli;
    to->memory_mib += n->memory_mib;
    to->gpus += n->gpus;
    to->slices += n->slices;
    to->mig = n->mig ? n->mig : to->mig;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void at_least(struct kube_need *to, const struct kube_need *n)
{
    to->cpu_milli = larger(to->cpu_milli, n->cpu_milli);
    to->memory_mib = larger(to->memory_mib, n->memory_mib);
    to->gpus = larger(to->gpus, n->gpus);
    to->slices = larger(to->slices, n->slices);
    to->mig = n->mig ? n->mig : to->mig;
}

int kube_need_read(struct kube_file *f, const json_node *spec, const char *about, struct arena *a,
                   struct kube_need *out, struct diag *d)
{
    struct kube_need one, step, sidecars = {0}, peak = {0}, overhead;

    *out = (struct kube_need){0};
    JSON_EACH (c, json_get(spec, "initContainers")) {
        const char *restart = kube_file_text(c, "restartPolicy");

        if (container(f, c, about, a, &one, d) < 0)
            return -1;
        if (restart && strcmp(restart, "Always") == 0) {
            plus(&sidecars, &one);
            continue;
        }
        step = sidecars;
        plus(&step, &one);
        at_least(&peak, &step);
    }
    JSON_EACH (c, json_get(spec, "containers")) {
        if (container(f, c, about, a, &one, d) < 0)
            return -1;
        plus(out, &one);
    }
    plus(out, &sidecars);
    at_least(out, &peak);
    if (kube_need_map(f, json_get(spec, "overhead"), about, a, &overhead, d) < 0)
        return -1;
    plus(out, &overhead);
    return 0;
}
