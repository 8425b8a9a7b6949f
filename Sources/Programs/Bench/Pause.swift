import Glibc

/// Sleeps; for loops that wait for other threads.
func pause(microseconds: UInt32) { usleep(microseconds) }
