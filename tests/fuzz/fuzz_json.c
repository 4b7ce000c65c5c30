/* fuzz_json.c - any bytes through the JSON door: what is accepted prints and reads back the same,
 * what is refused says why; then the bytes as a --set argument. */
#include "base/check.h"
#include "base/json.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void touch(struct json *j, const json_node *v)
{
    struct diag d = {0};
    double range[3];
    int64_t number;
    ns_t time;

    check(json_at(j, v).column >= 1 && json_line(j, v) >= 1);
    check(json_at_member(j, v).column >= 1);
    if (json_as_int(j, v, 1, 8, &number, &d) < 0)
        check(d.message[0] && d.line == json_line(j, v));
    json_as_range(j, v, 0, 1, range, &d);
    json_as_duration(j, v, &time, &d);
    JSON_EACH (child, v)
        touch(j, child);
}

static void read_back(const struct json *j, struct arena *a)
{
    struct diag d = {0};
    const char *text = json_print(j, a);
    struct json *k = json_parse(text, strlen(text), "again", 0, &d);

    check(k && !strcmp(json_print(k, a), text));
    json_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    char *argument = malloc(n + 1);

    check(argument);
    if (n)
        memcpy(argument, data, n);
    argument[n] = 0;
    arena_init(&a);
    for (unsigned flags = 0; flags < 8; flags++) {
        struct diag d = {0};
        struct json *j = json_parse(argument, n, "fuzz", flags, &d);

        if (!j) {
            check(d.status == STATUS_INPUT && d.message[0]);
            continue;
        }
        JSON_EACH (v, flags & JSON_STREAM ? json_root(j) : NULL)
            touch(j, v);
        if (!(flags & JSON_STREAM))
            touch(j, json_root(j));
        read_back(j, &a);
        json_free(j);
    }
    struct diag d = {0};
    struct json *j = json_new("fuzz", 0);
    if (json_set(j, argument, "--set", &d) == 0)
        read_back(j, &a);
    else
        check(d.status == STATUS_USAGE && d.message[0]);
    json_free(j);
    arena_free(&a);
    free(argument);
    return 0;
}
