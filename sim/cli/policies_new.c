/* policies_new.c - berth policies new NAME. */
#include "cli/policies_new.h"

#include "base/writer.h"
#include "host/load.h"
#include "sched/registry.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The lines of sim/cli/starter/, made by the Makefile. @NAME@ stands for the policy's name. */
static const char *const full[] = {
#include "gen/starter_full.def"
    NULL};
static const char *const parts[] = {
#include "gen/starter_parts.def"
    NULL};
static const char *const makefile[] = {
#include "gen/starter_makefile.def"
    NULL};
static const char *const jobs[] = {
#include "gen/starter_jobs.def"
    NULL};

static const char *const reserved[] = {
    "auto",     "break",     "case",   "char",   "const",    "continue", "default",  "do",
    "double",   "else",      "enum",   "extern", "float",    "for",      "goto",     "if",
    "inline",   "int",       "long",   "return", "restrict", "register", "short",    "signed",
    "sizeof",   "static",    "struct", "switch", "typedef",  "union",    "unsigned", "void",
    "volatile", "while",     "main",   "new",    "check",    "key",      "create",   "destroy",
    "decide",   "extension", "test",   "clean",  "all"};

static int bad_name(const char *name, const char *why, struct diag *d)
{
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                     "the name is '%s', %s; expected a C identifier in small letters such as "
                     "my_policy",
                     name, why);
}

static int check_name(const char *name, struct diag *d)
{
    size_t n = strlen(name);

    if (!n || n > 40)
        return bad_name(name, n ? "which is longer than 40 letters" : "which is empty", d);
    if (!islower((unsigned char)name[0]))
        return bad_name(name, "which does not begin with a small letter", d);
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) && name[i] != '_')
            return bad_name(name, "which has other characters than a-z, 0-9 and _", d);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(name, reserved[i]))
            return bad_name(name, "which means something else", d);
    for (const struct policy_part *const *p = registry_parts(); *p; p++)
        if (!strcmp((*p)->name, name))
            return bad_name(name, "which Berth has already (see 'berth policies')", d);
    return load_built_in(name) ? bad_name(name, "which Berth has already", d) : 0;
}

static void write_line(struct writer *w, const char *line, const char *name)
{
    const char *mark;

    while ((mark = strstr(line, "@NAME@")) != NULL) {
        writer_bytes(w, line, (size_t)(mark - line));
        writer_bytes(w, name, strlen(name));
        line = mark + strlen("@NAME@");
    }
    writer_bytes(w, line, strlen(line));
}

static int write_text(const char *name, const char *file, const char *const *lines, struct diag *d)
{
    struct writer w;
    char path[128];

    snprintf(path, sizeof path, "%s/%s", name, file);
    if (writer_open(&w, path, d) < 0)
        return -1;
    for (; *lines; lines++)
        write_line(&w, *lines, name);
    return writer_close(&w, d);
}

int policies_new(const struct call *c, const char *name, struct diag *d)
{
    const char *const *source = c->opts->parts ? parts : full;
    char file[64];

    if (check_name(name, d) < 0)
        return -1;
    if (mkdir(name, 0777) != 0)
        return diag_fail(d, errno == EEXIST ? STATUS_USAGE : STATUS_INPUT, (struct diag_at){0},
                         errno == EEXIST ? "%s exists already and is left as it is; take another "
                                           "name or move it away"
                                         : "cannot make the folder %s",
                         name);
    snprintf(file, sizeof file, "%s.c", name);
    if (write_text(name, file, source, d) < 0 || write_text(name, "Makefile", makefile, d) < 0 ||
        write_text(name, "jobs.csv", jobs, d) < 0)
        return -1;
    if (!c->opts->quiet)
        printf("%s/%s    the policy, to be changed\n"
               "%s/Makefile    make builds %s.so, make test checks it\n"
               "%s/jobs.csv    a small trace for the test\n",
               name, file, name, name, name);
    return STATUS_OK;
}
