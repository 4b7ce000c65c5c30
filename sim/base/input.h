/* input.h - an input file: plain or gzip by content, "-" for standard input, read once
 * from front to back with line numbers of the unpacked text.
 *
 * The only file that includes <zlib.h>. UTF-8 BOM skipped, CRLF and a missing last line end accepted; NUL bytes, lines above
 * 1 MiB and truncated gzip data are errors (STATUS_INPUT) at their line. */
#ifndef BERTH_BASE_INPUT_H
#define BERTH_BASE_INPUT_H

#include "base/diag.h"
#include <stdbool.h>
#include <stddef.h>

#define INPUT_LINE_MAX (1u << 20)
#define INPUT_HEAD_MAX (1u << 16)

struct input;

/* Open for reading. NULL with *d when it cannot be opened or is empty ("the file is
 * empty, expected a trace": `expected` names what). */
struct input *input_open(const char *path, const char *expected, struct diag *d);

/* Read from n bytes of memory instead, under `name` (tests and fuzz drivers). */
struct input *input_memory(const char *name, const void *data, size_t n);
void input_close(struct input *in); /* NULL is fine */

const char *input_name(const struct input *in);

/* The first bytes, at most INPUT_HEAD_MAX, without consuming them; NUL-terminated. */
int input_head(struct input *in, const char **head, size_t *n, struct diag *d);

/* The next line without its line end, NUL-terminated, valid until the next call.
 * 1 = a line, 0 = the end, -1 = trouble in *d. */
int input_line(struct input *in, char **line, size_t *n, struct diag *d);
uint32_t input_line_number(const struct input *in); /* of the line last returned */

/* SHA-256 of the bytes as stored, compressed or not, as hexadecimal into `to` (65 bytes).
 * What was not read yet is read and thrown away, so call it last. */
void input_sha256(struct input *in, char *to);

/* All that is left, any bytes, owned by `in` (binary formats; a UTF-8 BOM at the start is skipped). */
int input_bytes(struct input *in, const unsigned char **data, size_t *n, struct diag *d);

/* All that is left, NUL-terminated, owned by `in` (JSON). NUL bytes refused. */
int input_all(struct input *in, char **text, size_t *n, struct diag *d);

#endif
