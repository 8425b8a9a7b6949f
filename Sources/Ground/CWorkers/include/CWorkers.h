#ifndef CWORKERS_H
#define CWORKERS_H

/// Names the calling thread; the system keeps 15 characters.
void tributary_name_this_thread(const char *name);

/// Waits for a `sem_t` by the monotonic clock, for so long at most. 0: the time is over.
int tributary_wait(void *semaphore, long long nanoseconds);

#endif
