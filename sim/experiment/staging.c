/* staging.c - an output folder that appears whole or not at all. */
#include "experiment/staging.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_MARK "file: " /* of run.log's list of what a run wrote */

static int trouble(struct diag *d, const char *path, const char *what, int error)
{
    char why[96], place[1024];

    snprintf(why, sizeof why, "%s", strerror(error));
    why[0] = (char)tolower((unsigned char)why[0]);
    snprintf(place, sizeof place, "%s/", path);
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = place}, "%s: %s", what, why);
}

/* Remove a folder and everything in it; never follows links. */
static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    char inside[1024];
    struct stat st;

    while (dir && (e = readdir(dir))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if ((size_t)snprintf(inside, sizeof inside, "%s/%s", path, e->d_name) >= sizeof inside)
            continue;
        if (lstat(inside, &st) == 0 && S_ISDIR(st.st_mode))
            remove_tree(inside);
        else
            unlink(inside);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

/* Entries of a folder, hidden staging folders of interrupted runs left out; -1 when it cannot be
 * read. */
static long count_entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    long n = 0;

    if (!dir)
        return -1;
    while ((e = readdir(dir)))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return n;
}

/* Make the parents of `path`; returns how many were made, or -1 with errno. */
static int make_parents(const char *path)
{
    char part[1024];
    int made = 0;

    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *c = part + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = 0;
        if (mkdir(part, 0777) == 0)
            made++;
        else if (errno != EEXIST)
            return -1;
        *c = '/';
    }
    return made;
}

/* Undo make_parents(): the innermost `n` parents, as far as they are empty. */
static void remove_parents(const char *path, int n)
{
    char part[1024];
    char *slash;

    snprintf(part, sizeof part, "%s", path);
    while (n-- > 0 && (slash = strrchr(part, '/')) && slash != part) {
        *slash = 0;
        if (rmdir(part) != 0)
            return;
    }
}

int staging_open(struct staging *s, const char *target, bool force, struct diag *d)
{
    struct stat st;
    size_t n = strlen(target);

    memset(s, 0, sizeof *s);
    while (n > 1 && target[n - 1] == '/')
        n--;
    if (n == 0)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "-o is '', expected a folder");
    if (n >= sizeof s->target)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "name of the output folder has %zu bytes, expected fewer than %zu", n,
                         sizeof s->target);
    memcpy(s->target, target, n);
    if (stat(s->target, &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = s->target},
                             "is a file, expected a folder or a new name");
        long files = count_entries(s->target);
        if (files < 0)
            return trouble(d, s->target, "cannot open", errno);
        if (files > 0 && !force) {
            char place[1024];
            snprintf(place, sizeof place, "%s/", s->target);
            return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = place},
                             "folder holds %ld file%s, expected an empty or new one; --force "
                             "replaces them",
                             files, files == 1 ? "" : "s");
        }
        s->existed = true;
        snprintf(s->folder, sizeof s->folder, "%s/.berth-XXXXXX", s->target);
    } else {
        s->parents_made = make_parents(s->target);
        if (s->parents_made < 0) {
            s->parents_made = 0;
            return trouble(d, s->target, "cannot make the folder", errno);
        }
        snprintf(s->folder, sizeof s->folder, "%s.berth-XXXXXX", s->target);
    }
    if (!mkdtemp(s->folder)) {
        int error = errno;
        s->folder[0] = 0;
        remove_parents(s->target, s->parents_made);
        return trouble(d, s->target, "cannot write", error);
    }
    return 0;
}

int staging_subfolder(const char *path, struct diag *d)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return trouble(d, path, "cannot make the folder", errno);
    return 0;
}

/* Move every file below `from` to the same place below `to`. */
static int move_files(const char *from, const char *to, char *failed, size_t room)
{
    DIR *dir = opendir(from);
    struct dirent *e;
    char a[1024], b[1024];
    struct stat st;
    int rc = 0;

    while (rc == 0 && dir && (e = readdir(dir))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(a, sizeof a, "%s/%s", from, e->d_name);
        snprintf(b, sizeof b, "%s/%s", to, e->d_name);
        if (lstat(a, &st) == 0 && S_ISDIR(st.st_mode))
            rc = mkdir(b, 0777) != 0 && errno != EEXIST ? -1 : move_files(a, b, failed, room);
        else
            rc = rename(a, b);
        if (rc < 0 && !*failed)
            snprintf(failed, room, "%s", b);
    }
    if (dir) {
        int error = errno;
        closedir(dir);
        errno = error;
    }
    return dir ? rc : -1;
}

/* Remove what the run.log of an earlier run lists and this run does not write. */
static void remove_stale(const struct staging *s)
{
    char path[1024], line[1024];
    FILE *f;

    snprintf(path, sizeof path, "%s/run.log", s->target);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        struct stat st;
        char *name = line + strlen(LIST_MARK), *slash;

        if (strncmp(line, LIST_MARK, strlen(LIST_MARK)) != 0)
            continue;
        name[strcspn(name, "\n")] = 0;
        /* A list can only name what lies inside. */
        if (*name == '/' || strstr(name, ".."))
            continue;
        snprintf(path, sizeof path, "%s/%s", s->folder, name);
        if (lstat(path, &st) == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", s->target, name);
        unlink(path);
        if (strchr(name, '/') && (slash = strrchr(path, '/'))) {
            *slash = 0;
            rmdir(path);
        }
    }
    if (f)
        fclose(f);
}

int staging_commit(struct staging *s, struct diag *d)
{
    char failed[1024] = "";
    mode_t mask = umask(0);

    umask(mask);
    if (s->existed) {
        remove_stale(s);
        if (move_files(s->folder, s->target, failed, sizeof failed) < 0) {
            int error = errno;
            staging_drop(s);
            return trouble(d, s->target, *failed ? failed : "cannot write", error);
        }
        remove_tree(s->folder);
    } else {
        /* mkdtemp() makes folders for the owner only. */
        chmod(s->folder, 0777 & ~mask);
        if (rename(s->folder, s->target) != 0) {
            int error = errno;
            staging_drop(s);
            return trouble(d, s->target, "cannot write", error);
        }
    }
    s->folder[0] = 0;
    return 0;
}

void staging_drop(struct staging *s)
{
    if (!s->folder[0])
        return;
    remove_tree(s->folder);
    if (!s->existed)
        remove_parents(s->target, s->parents_made);
    s->folder[0] = 0;
}

void staging_explain(const struct staging *s, struct diag *d)
{
    size_t n = strlen(s->folder);

    if (n == 0 || strncmp(d->file, s->folder, n) != 0)
        return;
    char rest[sizeof d->file];
    size_t used = strlen(d->message);

    snprintf(rest, sizeof rest, "%s", d->file + n);
    snprintf(d->file, sizeof d->file, "%.*s%s", (int)(sizeof d->file - sizeof rest / 2), s->target,
             rest);
    snprintf(d->message + used, sizeof d->message - used,
             s->existed ? "; %s/ was left as it was" : "; %s/ was not made", s->target);
}
