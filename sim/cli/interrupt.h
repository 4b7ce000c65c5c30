/* interrupt.h - what Ctrl-C does: a thread waits for the signal, so that cleaning up is ordinary
 * code. SIGINT leaves with 130, SIGTERM with 143. */
#ifndef BERTH_CLI_INTERRUPT_H
#define BERTH_CLI_INTERRUPT_H

#include <pthread.h>
#include <stdbool.h>

struct interrupt {
    pthread_t thread;
    pthread_mutex_t lock;
    void (*clean)(void *ctx); /* run before leaving; removes temporaries, clears the line */
    void *ctx;
    bool began;
};

/* Begin before any other thread exists: the signals are blocked in all threads from here on. */
void interrupt_begin(struct interrupt *in, void (*clean)(void *ctx), void *ctx);

/* Between lock and unlock no signal is acted upon: around a change that must be whole. */
void interrupt_lock(struct interrupt *in);
void interrupt_unlock(struct interrupt *in);

void interrupt_end(struct interrupt *in);

#endif
