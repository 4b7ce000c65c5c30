/* plot.c - data files and gnuplot scripts; finds gnuplot and runs it without a shell. */
#include "metrics/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A figure takes well under a second; one that takes this long never ends. */
enum { TIMEOUT_S = 120, HEARD = 2048 };

static const struct terminal {
    const char *extension, *set;
} terminals[] = {
    {"png", "set terminal pngcairo size 1440,800 fontscale 2 linewidth 2 "
            "font 'DejaVu Sans,12' noenhanced"},
    {"svg", "set terminal svg size 720,400 dynamic font 'DejaVu Sans,12' noenhanced"},
};

/* The first gnuplot of PATH that may be run, into `to`. */
static bool find(char *to, size_t room)
{
    const char *path = getenv("PATH");

    while (path && *path) {
        size_t n = strcspn(path, ":");
        struct stat st;
        int k = snprintf(to, room, "%.*s/gnuplot", n ? (int)n : 1, n ? path : ".");
        if (k > 0 && (size_t)k < room && access(to, X_OK) == 0 && stat(to, &st) == 0 &&
            S_ISREG(st.st_mode))
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

bool plot_available(void)
{
    char path[1024];

    return find(path, sizeof path);
}

static int open_part(struct writer *w, const char *stem, const char *extension, struct diag *d)
{
    char path[1040];

    snprintf(path, sizeof path, "%s.%s", stem, extension);
    return writer_open(w, path, d);
}

static const char *name_of(const struct plot *p)
{
    return strrchr(p->stem, '/') + 1;
}

/* Between single quotes gnuplot expands nothing; a quote is doubled. */
void plot_text(struct writer *w, const char *text)
{
    writer_char(w, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            writer_char(w, '\'');
        writer_char(w, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
    }
    writer_char(w, '\'');
}

void plot_data(struct plot *p)
{
    writer_print(&p->script, "'%s.dat'", name_of(p));
}

static void write_head(struct plot *p, const char *title, const char *caption)
{
    struct writer *w = &p->script;

    writer_print(w,
                 "# %s.gp - drawn by berth; to draw it again:\n#   gnuplot -d -e \"%s; "
                 "set output '%s.png'\" %s.gp\n",
                 name_of(p), terminals[0].set, name_of(p), name_of(p));
    writer_print(w, "set encoding utf8\n"
                    "set tics nomirror out scale 0.5 font ',9'\n"
                    "set border 3 lc rgb '#555555'\n"
                    "set grid y lc rgb '#DDDDDD' lt 1 lw 0.5\n"
                    "set key font ',9' noautotitle\n"
                    "set title font ',12' offset 0,-0.35\n"
                    "set tmargin at screen 0.89\n"
                    "set bmargin at screen 0.20\n"
                    "set title ");
    plot_text(w, title);
    writer_char(w, '\n');
    for (int line = 0; *caption && line < 2; line++) {
        size_t n = strcspn(caption, "\n");
        char text[512];
        snprintf(text, sizeof text, "%.*s", (int)n, caption);
        writer_print(w, "set label %d ", 998 + line);
        plot_text(w, text);
        writer_print(w, " at screen 0.012,%s left font ',8' tc rgb '#555555'\n",
                     line ? "0.025" : "0.062");
        caption += n + (caption[n] == '\n');
    }
}

int plot_open(struct plot *p, const char *folder, const char *name, const char *title,
              const char *caption, struct diag *d)
{
    memset(p, 0, sizeof *p);
    int n = snprintf(p->stem, sizeof p->stem, "%s/plots", folder);
    if (n < 0 || (size_t)n + strlen(name) + 16 > sizeof p->stem)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = folder},
                         "the folder's name is too long, expected at most 900 bytes");
    if (mkdir(p->stem, 0777) < 0 && errno != EEXIST)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = p->stem}, "cannot make it: %s",
                         strerror(errno));
    snprintf(p->stem + n, sizeof p->stem - (size_t)n, "/%s", name);
    if (open_part(&p->data, p->stem, "dat", d) < 0)
        return -1;
    if (open_part(&p->script, p->stem, "gp", d) < 0) {
        writer_drop(&p->data);
        return -1;
    }
    write_head(p, title, caption);
    return 0;
}

void plot_drop(struct plot *p)
{
    writer_drop(&p->data);
    writer_drop(&p->script);
}

/* In the child: only calls that are safe after fork() in a program with threads. The alarm
 * outlives exec, so that a gnuplot that hangs ends itself. */
static _Noreturn void become(const char *program, char *const argv[], char *const env[],
                             const char *folder, int said)
{
    int null = open("/dev/null", O_RDWR);

    if (chdir(folder) == 0 && null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 &&
        dup2(said, 2) >= 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(TIMEOUT_S);
        execve(program, argv, env);
    }
    _exit(127);
}

/* All that comes through the pipe, the first bytes kept. */
static void listen(int fd, char *to, size_t room)
{
    char more[512];
    size_t n = 0;
    ssize_t k;

    while ((k = n + 1 < room ? read(fd, to + n, room - 1 - n) : read(fd, more, sizeof more)) > 0 ||
           (k < 0 && errno == EINTR))
        if (k > 0 && n + 1 < room)
            n += (size_t)k;
    to[n] = '\0';
}

/* The line with gnuplot's complaint: the last that is not a warning or a mark. */
static const char *complaint(char *said)
{
    const char *best = "it said nothing";

    for (char *line = strtok_r(said, "\n", &said); line; line = strtok_r(NULL, "\n", &said)) {
        line += strspn(line, " \t^");
        if (*line && !strstr(line, "warning:"))
            best = line;
    }
    return best;
}

static int run(const char *program, char *const argv[], const char *folder, char *said, size_t room)
{
    const char *home = getenv("HOME"), *search = getenv("PATH");
    char home_env[1024], path_env[4096];
    /* Numbers must have a point, and nobody's ~/.gnuplot or GNUTERM may change a figure. */
    char locale[] = "LC_ALL=C";
    char *env[] = {locale, path_env, home_env, NULL};
    int ends[2], status = 0;

    snprintf(home_env, sizeof home_env, "HOME=%s", home ? home : "/");
    snprintf(path_env, sizeof path_env, "PATH=%s", search ? search : "");
    if (pipe(ends) < 0)
        return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0)
        become(program, argv, env, folder, ends[1]);
    close(ends[1]);
    if (child > 0)
        listen(ends[0], said, room);
    close(ends[0]);
    if (child < 0)
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static int draw(const struct plot *p, const struct terminal *t, struct diag *d)
{
    char program[1024], script[256], commands[512], said[HEARD] = "", folder[1024];
    char drawn[1040], target[1040], flag_d[] = "-d", flag_e[] = "-e", name[] = "gnuplot";
    struct stat st;

    snprintf(target, sizeof target, "%s.%s", p->stem, t->extension);
    snprintf(drawn, sizeof drawn, "%s.%s~", p->stem, t->extension);
    snprintf(folder, sizeof folder, "%.*s", (int)(name_of(p) - p->stem - 1), p->stem);
    snprintf(script, sizeof script, "%s.gp", name_of(p));
    snprintf(commands, sizeof commands, "%s; set output '%s.%s~'", t->set, name_of(p),
             t->extension);
    if (!find(program, sizeof program))
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = target}, "%s", PLOT_ABSENT);
    char *argv[] = {name, flag_d, flag_e, commands, script, NULL};
    unlink(drawn);
    int status = run(program, argv, folder, said, sizeof said);
    const char *why = NULL;
    if (status < 0)
        why = strerror(errno);
    else if (WIFSIGNALED(status))
        why =
            WTERMSIG(status) == SIGALRM ? "it took longer than 120 s" : "it was ended by a signal";
    else if (WEXITSTATUS(status) != 0 || stat(drawn, &st) < 0 || st.st_size == 0)
        why = complaint(said);
    if (!why && rename(drawn, target) < 0)
        why = strerror(errno);
    if (!why)
        return 0;
    unlink(drawn);
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = target}, "gnuplot failed: %s", why);
}

int plot_close(struct plot *p, struct diag *d)
{
    int data = writer_close(&p->data, d);

    if (data < 0) {
        writer_drop(&p->script);
        return -1;
    }
    if (writer_close(&p->script, d) < 0)
        return -1;
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++)
        if (draw(p, &terminals[i], d) < 0)
            return -1;
    return 0;
}
