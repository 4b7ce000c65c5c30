/* cmd_completion.c - berth completion: a script for bash, zsh or fish, made from the tables. */
#include "cli/cmd.h"
#include "sched/registry.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"eval \"$(berth completion bash)\"", "in the current shell"},
    {"berth completion fish > ~/.config/fish/completions/berth.fish", "for good"},
    {0},
};

static void print_presets(void)
{
    for (const struct policy_part *const *p = registry_parts(); *p; p++)
        if ((*p)->axis == AXIS_PRESET)
            printf("%s ", (*p)->name);
}

/* All flags of a verb as words. */
static void print_flags(const struct verb *v)
{
    for (const struct opts_table *const *t = v->tables; *t; t++)
        for (const struct opts_flag *f = (*t)->flags; f->name; f++)
            printf("--%s%s ", f->name, f->value ? "=" : "");
}

static void bash(const struct verb *const *verbs)
{
    fputs("_berth() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
          "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    [[ $cur == = ]] && cur=\n"
          "    COMPREPLY=()\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W \"",
          stdout);
    for (const struct verb *const *v = verbs; *v; v++)
        printf("%s ", (*v)->name);
    fputs("\" -- \"$cur\"))\n"
          "        return\n"
          "    fi\n"
          "    case $prev in\n"
          "    --policy) words=\"",
          stdout);
    print_presets();
    fputs("\" ;;\n", stdout);
    for (const struct verb *const *v = verbs; *v; v++)
        for (const struct opts_table *const *t = (*v)->tables; *t; t++)
            for (const struct opts_flag *f = (*t)->flags; f->name; f++)
                if (f->words)
                    printf("    --%s) words=\"%s\" ;;\n", f->name, f->words);
    fputs("    esac\n"
          "    if [[ -z $words && $cur == -* ]]; then\n"
          "        case ${COMP_WORDS[1]} in\n",
          stdout);
    for (const struct verb *const *v = verbs; *v; v++) {
        printf("        %s) words=\"", (*v)->name);
        print_flags(*v);
        fputs("\" ;;\n", stdout);
    }
    fputs("        esac\n"
          "        compopt -o nospace\n"
          "    elif [[ -z $words && ${COMP_WORDS[1]} == policies ]]; then\n"
          "        words=\"",
          stdout);
    print_presets();
    fputs("\"\n"
          "    fi\n"
          "    if [[ -n $words ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "    else\n"
          "        compopt -o filenames\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "complete -F _berth berth\n",
          stdout);
}

/* zsh reads bash's completions. */
static void zsh(const struct verb *const *verbs)
{
    fputs("autoload -U +X bashcompinit && bashcompinit\n", stdout);
    bash(verbs);
}

/* Text inside single quotes of fish. */
static void print_quoted(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

static void fish(const struct verb *const *verbs)
{
    for (const struct verb *const *v = verbs; *v; v++) {
        printf("complete -c berth -n __fish_use_subcommand -f -a %s -d '", (*v)->name);
        print_quoted((*v)->summary);
        fputs("'\n", stdout);
        for (const struct opts_table *const *t = (*v)->tables; *t; t++)
            for (const struct opts_flag *f = (*t)->flags; f->name; f++) {
                printf("complete -c berth -n '__fish_seen_subcommand_from %s' -l %s", (*v)->name,
                       f->name);
                if (f->letter)
                    printf(" -s %c", f->letter);
                if (f->words || !strcmp(f->name, "policy")) {
                    fputs(" -x -a '", stdout);
                    if (f->words)
                        fputs(f->words, stdout);
                    else
                        print_presets();
                    putchar('\'');
                } else if (f->value) {
                    fputs(" -r", stdout);
                }
                fputs(" -d '", stdout);
                print_quoted(f->help);
                fputs("'\n", stdout);
            }
    }
    fputs("complete -c berth -n '__fish_seen_subcommand_from policies' -f -a '", stdout);
    print_presets();
    fputs("'\n", stdout);
}

static const struct shell {
    const char *name;
    void (*print)(const struct verb *const *);
} shells[] = {
    {"bash", bash},
    {"zsh", zsh},
    {"fish", fish},
};

static int cmd_completion(const struct call *c, struct diag *d)
{
    const char *name = c->opts->args.n ? c->opts->args.at[0] : "";

    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (!strcmp(shells[i].name, name)) {
            shells[i].print(c->verbs);
            return STATUS_OK;
        }
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                     "shell is '%s', expected bash, zsh or fish", name);
}

const struct verb cmd_completion_verb = {
    .name = "completion",
    .args = "SHELL",
    .summary = "completion script for bash, zsh or fish",
    .group = "about",
    .examples = examples,
    .tables = {&opts_speaking},
    .args_max = 1,
    .run = cmd_completion,
};
