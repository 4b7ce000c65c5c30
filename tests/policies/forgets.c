/* forgets.c - remembers.c with a save() that leaves out what it decides by. */
#define FORGETS
#include "remembers.c"
