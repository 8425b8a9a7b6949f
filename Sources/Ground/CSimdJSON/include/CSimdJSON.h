#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a value is.
enum {
    TRIBUTARY_JSON_NULL,
    TRIBUTARY_JSON_BOOL,
    /// Fits a signed 64-bit integer and was written without fraction or exponent.
    TRIBUTARY_JSON_INTEGER,
    /// As above, but only an unsigned one holds it.
    TRIBUTARY_JSON_UNSIGNED,
    TRIBUTARY_JSON_NUMBER,
    /// A number by the grammar that neither 64-bit integers nor doubles hold; `text` is how it was written.
    TRIBUTARY_JSON_OVERSIZED,
    TRIBUTARY_JSON_STRING,
    TRIBUTARY_JSON_ARRAY,
    TRIBUTARY_JSON_OBJECT,
};

/// One value of a document. Nodes stand in the order of the text, a container before what it contains.
typedef struct {
    /// The name it has in its object, unescaped; null elsewhere.
    const uint8_t *key;
    /// A string unescaped, or the digits of an oversized number.
    const uint8_t *text;
    /// Bool, int64_t, uint64_t or the pattern of a double.
    uint64_t bits;
    uint32_t key_count;
    uint32_t text_count;
    /// The index of the first node behind this value and all that it contains.
    uint32_t end;
    uint32_t kind;
} tributary_json_node;

enum {
    TRIBUTARY_JSON_PARSED,
    /// Not JSON, not UTF-8, or too deep; `message` is simdjson's.
    TRIBUTARY_JSON_REFUSED,
    /// One object has a key twice; `message` and `message_count` are the key.
    TRIBUTARY_JSON_DUPLICATE_KEY,
};

/// What came of a text. Everything it points to lives until the next call with the same parser.
typedef struct {
    const tributary_json_node *nodes;
    const uint8_t *message;
    uint32_t count;
    uint32_t message_count;
    uint32_t code;
} tributary_json_outcome;

/// A parser with its buffers, for one thread at a time.
typedef struct tributary_json_parser tributary_json_parser;

/// Containers may lie `maximum_depth` deep. Null when there is no memory.
tributary_json_parser *tributary_json_create(uint32_t maximum_depth);
void tributary_json_destroy(tributary_json_parser *parser);

/// Copies the bytes, because simdjson reads up to 64 bytes past the end.
tributary_json_outcome tributary_json_parse(tributary_json_parser *parser, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
