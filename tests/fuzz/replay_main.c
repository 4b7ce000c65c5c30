/* replay_main.c - run a fuzz driver over stored inputs: the files named, or every file of the
 * folders named. A driver that crashes or trips a sanitizer fails the replay. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t n = 0, room = 0, got;

    if (!f) {
        perror(path);
        return -1;
    }
    do {
        if (n == room) {
            room = room ? room * 2 : 4096;
            data = realloc(data, room);
            if (!data)
                abort();
        }
        got = fread(data + n, 1, room - n, f);
        n += got;
    } while (got > 0);
    fclose(f);
    /* An exact-size copy, so that reading past the end is seen. */
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    for (size_t i = 0; i < n; i++)
        exact[i] = data[i];
    free(data);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int files = 0, failed = 0;

    for (int i = 1; i < argc; i++) {
        struct stat s;
        struct dirent **list;

        if (stat(argv[i], &s) == 0 && S_ISDIR(s.st_mode)) {
            int n = scandir(argv[i], &list, NULL, alphasort);
            for (int k = 0; k < n; k++) {
                char path[4096];
                snprintf(path, sizeof path, "%s/%s", argv[i], list[k]->d_name);
                if (list[k]->d_name[0] != '.') {
                    files++;
                    failed += replay_file(path) < 0;
                }
                free(list[k]);
            }
            if (n >= 0)
                free(list);
        } else {
            files++;
            failed += replay_file(argv[i]) < 0;
        }
    }
    printf("%d inputs replayed\n", files);
    return files == 0 || failed > 0;
}
