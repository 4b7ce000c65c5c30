/* interrupt.c - what Ctrl-C does: a thread waits for the signal. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

static void *wait_for_signal(void *to)
{
    struct interrupt *in = to;
    sigset_t set;
    int signal = 0;

    signals(&set);
    if (sigwait(&set, &signal) != 0)
        return NULL;
    /* Held for good: nobody changes anything between the cleaning and the end. */
    pthread_mutex_lock(&in->lock);
    in->clean(in->ctx);
    _exit(128 + signal);
}

void interrupt_begin(struct interrupt *in, void (*clean)(void *ctx), void *ctx)
{
    sigset_t set;

    memset(in, 0, sizeof *in);
    in->clean = clean;
    in->ctx = ctx;
    pthread_mutex_init(&in->lock, NULL);
    signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    in->began = pthread_create(&in->thread, NULL, wait_for_signal, in) == 0;
    if (!in->began)
        pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void interrupt_lock(struct interrupt *in)
{
    pthread_mutex_lock(&in->lock);
}

void interrupt_unlock(struct interrupt *in)
{
    pthread_mutex_unlock(&in->lock);
}

void interrupt_end(struct interrupt *in)
{
    sigset_t set;

    if (!in->began)
        return;
    pthread_cancel(in->thread);
    pthread_join(in->thread, NULL);
    signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
