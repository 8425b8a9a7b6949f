/* glibc declares pthread_setname_np under this name only, which Swift's import of it does not set. */
#define _GNU_SOURCE
#include "CWorkers.h"

#include <pthread.h>
#include <stdio.h>

void tributary_name_this_thread(const char *name) {
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}
