import Glibc

/// Lets the thread sleep.
func wait(milliseconds: UInt32) { usleep(milliseconds * 1_000) }
