/* path.h - names of files as text. */
#ifndef BERTH_BASE_PATH_H
#define BERTH_BASE_PATH_H

/* The name without its folders: results name no place of this machine. */
const char *path_last(const char *path);

#endif
