#ifndef CWORKERS_H
#define CWORKERS_H

/// Names the calling thread; the system keeps 15 characters.
void tributary_name_this_thread(const char *name);

#endif
