#ifndef CBYTES_H
#define CBYTES_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `count` bytes, going on from `crc`; 0 starts anew.
/// Uses the processor's instruction where it has one.
uint32_t tributary_crc32c(uint32_t crc, const void *bytes, size_t count);

#endif
