/* object.c - what a shared object brings and asks for, read from its ELF64 tables. */
#include "host/object.h"

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Start files bring a handle of 8 bytes and a flag, padded to 8. */
#define OF_EVERY_OBJECT 8

static int malformed(const char *path, const char *what, struct diag *d)
{
    return diag_fail(d, STATUS_POLICY, (struct diag_at){.file = path},
                     "%s, expected a 64-bit ELF shared object of this machine", what);
}

static int read_file(struct object *o, const char *path, struct diag *d)
{
    FILE *f = fopen(path, "rb");
    long size = -1;

    if (f && !fseek(f, 0, SEEK_END))
        size = ftell(f);
    if (size > 0 && !fseek(f, 0, SEEK_SET)) {
        o->n = (size_t)size;
        o->file = malloc(o->n + 1);
        if (o->file && fread(o->file, 1, o->n, f) != o->n)
            size = -1;
    }
    if (f)
        fclose(f);
    if (size <= 0 || !o->file)
        return malformed(path, "cannot be read", d);
    o->file[o->n] = 0; /* so that the last name ends, whatever the tables say */
    return 0;
}

static bool inside(const struct object *o, uint64_t at, uint64_t n)
{
    return at <= o->n && n <= o->n - at;
}

static const Elf64_Shdr *sections(const struct object *o, uint32_t *n)
{
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)(const void *)o->file;

    *n = 0;
    if (!inside(o, 0, sizeof *head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_type != ET_DYN ||
        head->e_shentsize != sizeof(Elf64_Shdr) || head->e_shoff % 8 ||
        !inside(o, head->e_shoff, (uint64_t)head->e_shnum * sizeof(Elf64_Shdr)))
        return NULL;
    *n = head->e_shnum;
    return (const Elf64_Shdr *)(const void *)(o->file + head->e_shoff);
}

static const char *text_at(const struct object *o, const Elf64_Shdr *texts, uint64_t at)
{
    uint64_t place = texts->sh_offset + at;

    return at < texts->sh_size && place < o->n ? o->file + place : "";
}

static bool is_data(const struct object *o, const Elf64_Shdr *s, const Elf64_Shdr *names)
{
    static const char *const fixed[] = {".data.rel.ro", ".init_array", ".fini_array",
                                        ".dynamic",     ".got",        ".got.plt",
                                        ".ctors",       ".dtors",      ".tm_clone_table"};
    const char *name = text_at(o, names, s->sh_name);

    if ((s->sh_flags & (SHF_WRITE | SHF_ALLOC)) != (SHF_WRITE | SHF_ALLOC))
        return false;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!strncmp(name, fixed[i], strlen(fixed[i])))
            return false;
    return true;
}

static bool of_start_files(const char *name)
{
    return !*name || !strcmp(name, "__dso_handle") || !strncmp(name, "completed.", 10) ||
           !strcmp(name, "__TMC_END__") || !strcmp(name, "_edata") ||
           !strcmp(name, "__bss_start") || !strcmp(name, "_end");
}

static void read_symbols(struct object *o, const Elf64_Shdr *all, uint32_t n,
                         const Elf64_Shdr *names, const Elf64_Shdr *table, bool imports,
                         bool variables)
{
    const Elf64_Shdr *texts = &all[table->sh_link < n ? table->sh_link : 0];
    uint64_t count = table->sh_size / sizeof(Elf64_Sym);

    if (table->sh_offset % 8 || !inside(o, table->sh_offset, table->sh_size))
        return;
    for (uint64_t i = 0; i < count; i++) {
        const Elf64_Sym *s = (const Elf64_Sym *)(const void *)(o->file + table->sh_offset) + i;
        const char *name = text_at(o, texts, s->st_name);
        int type = ELF64_ST_TYPE(s->st_info);
        if (s->st_shndx == SHN_UNDEF) {
            if (imports && *name && ELF64_ST_BIND(s->st_info) == STB_GLOBAL)
                VEC_PUSH(&o->imports, name);
        } else if (variables && (type == STT_OBJECT || type == STT_TLS) && s->st_shndx < n &&
                   is_data(o, &all[s->st_shndx], names) && !of_start_files(name)) {
            VEC_PUSH(&o->variables, (struct object_variable){name, s->st_size});
        }
    }
}

static const Elf64_Shdr *find(const Elf64_Shdr *all, uint32_t n, uint32_t type)
{
    for (uint32_t i = 0; i < n; i++)
        if (all[i].sh_type == type)
            return &all[i];
    return NULL;
}

int object_read(struct object *o, const char *path, struct diag *d)
{
    const Elf64_Shdr *all, *names, *symbols, *dynamic;
    uint32_t n, index;

    memset(o, 0, sizeof *o);
    if (read_file(o, path, d) < 0)
        return -1;
    all = sections(o, &n);
    if (!all || !n)
        return malformed(path, "is no such file", d);
    index = ((const Elf64_Ehdr *)(const void *)o->file)->e_shstrndx;
    names = &all[index < n ? index : 0];
    symbols = find(all, n, SHT_SYMTAB);
    dynamic = find(all, n, SHT_DYNSYM);
    if (!dynamic)
        return malformed(path, "has no dynamic symbols", d);
    read_symbols(o, all, n, names, dynamic, true, !symbols);
    if (symbols)
        read_symbols(o, all, n, names, symbols, false, true);
    /* A stripped object still has its sections. */
    for (uint32_t i = 0; i < n && !symbols; i++)
        if (is_data(o, &all[i], names) && all[i].sh_size > OF_EVERY_OBJECT)
            o->nameless += all[i].sh_size - OF_EVERY_OBJECT;
    return 0;
}

void object_free(struct object *o)
{
    free(o->file);
    VEC_FREE(&o->imports);
    VEC_FREE(&o->variables);
}
