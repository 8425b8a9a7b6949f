// glibc shows `sem_clockwait` only so.
#define _GNU_SOURCE
#include "CWorkers.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

int tributary_wait(void *semaphore, long long nanoseconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += nanoseconds / 1000000000 + (until.tv_nsec + nanoseconds % 1000000000) / 1000000000;
  until.tv_nsec = (until.tv_nsec + nanoseconds % 1000000000) % 1000000000;
  while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &until) != 0) {
    if (errno != EINTR) return 0;
  }
  return 1;
}
