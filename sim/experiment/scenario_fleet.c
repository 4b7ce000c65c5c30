/* scenario_fleet.c - a fleet in one line of text: "121x hgx-v100 + 4x dgx-h100/rack4/pod16".
 *
 * COUNTx TYPE, joined by '+'; TYPE is a node of the catalogue. /rackN and /podN put every N
 * nodes of that part into a rack or pod of their own. */
#include "experiment/scenario_nodes.h"
#include <ctype.h>
#include <string.h>

bool scenario_fleet_is_path(const char *text)
{
    size_t digits = strspn(text, "0123456789+-. ");
    size_t x = digits + strspn(text + digits, " ");
    return strcmp(text, "trace") != 0 && !(digits > 0 && text[x] == 'x');
}

struct fleet_text {
    struct scenario_part *p;
    const json_node *v;
    const char *text;
    size_t at;
};

/* Complain about n bytes of the text. */
static int bad(const struct fleet_text *t, size_t at, size_t n, const char *what,
               const char *expected)
{
    struct diag_at place = json_at(t->p->j, t->v);
    bool quoted = place.text && place.column && place.text[place.column - 1] == '"';
    char found[64];
    place.column += (uint32_t)at + quoted;
    place.width = n ? (uint32_t)n : 1;
    place.path = json_line(t->p->j, t->v) ? json_path(t->p->j, t->v) : NULL;
    snprintf(found, sizeof found, "%.*s", n < 60 ? (int)n : 60, t->text + at);
    return n ? diag_expected(t->p->d, place, what, found, expected)
             : diag_fail(t->p->d, STATUS_INPUT, place, "%s ends, expected %s", what, expected);
}

static void blanks(struct fleet_text *t)
{
    t->at += strspn(t->text + t->at, " \t");
}

static int read_count(struct fleet_text *t, uint32_t *count)
{
    size_t start = t->at, n = strcspn(t->text + start, "x+/ \t");
    int64_t v;
    if (!n || !units_integer(t->text + start, n, &v) || v < 1 || v > SCENARIO_NODES_MAX)
        return bad(t, start, n, "count", "a whole number from 1 to 1048576");
    *count = (uint32_t)v;
    t->at += n;
    blanks(t);
    if (t->text[t->at] != 'x')
        return bad(t, t->at, t->text[t->at] != 0, "fleet", "COUNTx TYPE, for example 16x hgx-h100");
    t->at++;
    blanks(t);
    return 0;
}

/* "/rack4", "/pod16" behind a type. */
static int read_groups(struct fleet_text *t, struct scenario_nodes *spec)
{
    while (t->text[t->at] == '/') {
        const char *s = t->text + t->at;
        size_t n = 1 + strcspn(s + 1, "/+ \t"), word = !strncmp(s, "/rack", 5)  ? 5
                                                       : !strncmp(s, "/pod", 4) ? 4
                                                                                : 0;
        int64_t v;
        if (!word || !units_integer(s + word, n - word, &v) || v < 1 || v > SCENARIO_NODES_MAX)
            return bad(t, t->at, n, "group", "/rackN or /podN");
        *(word == 5 ? &spec->nodes_per_rack : &spec->nodes_per_pod) = (uint32_t)v;
        t->at += n;
    }
    return 0;
}

int scenario_fleet_read(struct scenario_part *p, const json_node *v, struct scenario_fleet *to)
{
    struct fleet_text t = {p, v, json_string(v), 0};
    for (;;) {
        struct scenario_nodes spec = {.at = v};
        blanks(&t);
        if (read_count(&t, &spec.count) < 0)
            return -1;
        size_t n = strcspn(t.text + t.at, "/+ \t"), start = t.at;
        char type[128];
        if (!n || n >= sizeof type)
            return bad(&t, start, n, "fleet", "a node type of the catalogue after x");
        memcpy(type, t.text + start, n);
        type[n] = 0;
        const struct catalog_node *node = catalog_node_find(p->out->catalog, type);
        if (!node) {
            char expected[200];
            const char *near = catalog_node_nearest(p->out->catalog, type);
            snprintf(expected, sizeof expected,
                     "a catalogue node id%s%s%s; 'berth catalog --type node' lists them",
                     near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
            return bad(&t, start, n, "type", expected);
        }
        t.at += n;
        if (read_groups(&t, &spec) < 0)
            return -1;
        scenario_nodes_from_catalog(p, node, &spec);
        if (scenario_nodes_add(p, &spec, to) < 0)
            return -1;
        blanks(&t);
        if (!t.text[t.at])
            return 0;
        if (t.text[t.at] != '+')
            return bad(&t, t.at, strcspn(t.text + t.at, " \t"), "fleet",
                       "'+' and more nodes, or its end");
        t.at++;
    }
}
