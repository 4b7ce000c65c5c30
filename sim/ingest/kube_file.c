/* kube_file.c - a file of Kubernetes objects: what shape it has, and complaints that name
 * the object. */
#include "ingest/kube_file.h"

#include "ingest/zone.h"

#include <stdarg.h>
#include <string.h>

static int wrong_kind(struct kube_file *f, const json_node *v, struct diag *d)
{
    const json_node *kind = json_get(v, "kind");
    struct diag_at at = json_at(f->json, kind ? kind : v);
    const char *found = json_string(kind);

    at.path = NULL;
    if (!found)
        return diag_fail(d, STATUS_INPUT, at,
                         "found %s without a kind, expected a Kubernetes object or list; export "
                         "with 'kubectl get nodes,pods --all-namespaces -o json'",
                         json_kind_name(json_kind(v)));
    return diag_fail(d, STATUS_INPUT, at,
                     "kind is '%s', expected 'List', 'NodeList', 'PodList' or one object; export "
                     "with 'kubectl get nodes,pods --all-namespaces -o json'",
                     found);
}

static int add(struct kube_file *f, const json_node *v, struct diag *d)
{
    const char *kind = json_string(json_get(v, "kind"));
    const char *type = json_string(json_get(v, "type"));
    const json_node *items = json_get(v, "items");

    if (type && json_kind(json_get(v, "object")) == JSON_OBJECT) {
        f->watched = true;
        return strcmp(type, "ERROR") == 0 || strcmp(type, "BOOKMARK") == 0
                   ? 0
                   : add(f, json_get(v, "object"), d);
    }
    if (!kind || strcmp(kind, "Table") == 0 || strcmp(kind, "Status") == 0)
        return wrong_kind(f, v, d);
    if (json_kind(items) == JSON_ARRAY) {
        /* the members of a PodList or NodeList need not say what they are */
        const char *each = strcmp(kind, "PodList") == 0    ? "Pod"
                           : strcmp(kind, "NodeList") == 0 ? "Node"
                                                           : NULL;

        JSON_EACH (item, items) {
            const char *own = json_string(json_get(item, "kind"));
            if (!own && !each)
                return wrong_kind(f, item, d);
            VEC_PUSH(&f->objects, (struct kube_object){item, own ? own : each});
        }
        return 0;
    }
    if (json_kind(json_get(v, "metadata")) != JSON_OBJECT)
        return wrong_kind(f, v, d);
    VEC_PUSH(&f->objects, (struct kube_object){v, kind});
    return 0;
}

int kube_file_open(struct kube_file *f, const char *text, size_t n, const char *name,
                   struct diag *d)
{
    size_t word = strcspn(text, " \t\r\n");

    memset(f, 0, sizeof *f);
    f->latest = NS_UNKNOWN;
    if (n > 0 && text[0] >= 'A' && text[0] <= 'Z')
        return diag_fail(
            d, STATUS_INPUT,
            (struct diag_at){
                .file = name, .text = text, .line = 1, .column = 1, .width = (uint32_t)word},
            "this is kubectl's table, expected JSON; add -o json");
    f->json = json_parse(text, n, name, JSON_STREAM, d);
    if (!f->json)
        return -1;
    f->one = json_count(json_root(f->json)) == 1;
    JSON_EACH (v, json_root(f->json))
        if (add(f, v, d) < 0)
            return -1;
    return 0;
}

void kube_file_close(struct kube_file *f)
{
    VEC_FREE(&f->objects);
    json_free(f->json);
    f->json = NULL;
}

int kube_file_fail(struct kube_file *f, const json_node *v, bool member, const json_node *of,
                   const char *about, struct diag *d, const char *fmt, ...)
{
    char message[512], path[192];
    const char *full, *rest;
    struct diag_at at;
    va_list args;

    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    full = json_path(f->json, of);
    /* the path in the stream is "$[0].items[1]"; alone in its file it is "$.items[1]" */
    rest = f->one && strncmp(full, "$[0]", 4) == 0 ? full + 4 : full + 1;
    snprintf(path, sizeof path, "$%.120s%s%.60s%s", rest, about ? " (" : "", about ? about : "",
             about ? ")" : "");
    at = member ? json_at_member(f->json, v) : json_at(f->json, v);
    at.path = path;
    return diag_fail(d, STATUS_INPUT, at, "%s", message);
}

const char *kube_file_text(const json_node *of, const char *key)
{
    return json_string(json_get(of, key));
}

ns_t kube_file_time(struct kube_file *f, const json_node *of, const char *key)
{
    const char *text = kube_file_text(of, key);
    ns_t t;
    bool zoned;

    if (!text || !units_civil(text, strlen(text), &t, &zoned) || t < 0 || t > ZONE_LATEST)
        return NS_UNKNOWN;
    if (t > f->latest)
        f->latest = t;
    return t;
}
