#ifndef TRIBUTARY_CRDKAFKA_H
#define TRIBUTARY_CRDKAFKA_H

#include <librdkafka/rdkafka.h>

// Bytes that may be null, empty or more: Kafka tells the three apart.
typedef struct {
    const void *start;
    size_t count;
    int is_present;
} tributary_bytes;

// librdkafka takes a null pointer for a null value, and Swift may have a null pointer for no bytes at all.
static inline const void *tributary_start(tributary_bytes bytes) {
    if (!bytes.is_present) return NULL;
    return bytes.start ? bytes.start : "";
}

// Hands one record to the producer, which copies it. rd_kafka_producev is variadic and cannot be called from Swift,
// and rd_kafka_produce_batch carries no headers. The headers are the producer's when this succeeds, else the caller's.
static inline rd_kafka_resp_err_t tributary_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, tributary_bytes key, tributary_bytes value,
    int64_t timestamp, rd_kafka_headers_t *headers, void *opaque) {
    rd_kafka_vu_t parts[8];
    size_t count = 0;
    parts[count].vtype = RD_KAFKA_VTYPE_RKT;
    parts[count++].u.rkt = topic;
    parts[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    parts[count++].u.i32 = partition;
    parts[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[count++].u.i = RD_KAFKA_MSG_F_COPY;
    parts[count].vtype = RD_KAFKA_VTYPE_KEY;
    parts[count].u.mem.ptr = (void *)tributary_start(key);
    parts[count++].u.mem.size = key.count;
    parts[count].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[count].u.mem.ptr = (void *)tributary_start(value);
    parts[count++].u.mem.size = value.count;
    parts[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    parts[count++].u.i64 = timestamp;
    parts[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[count++].u.ptr = opaque;
    if (headers) {
        parts[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        parts[count++].u.headers = headers;
    }
    rd_kafka_error_t *error = rd_kafka_produceva(client, parts, count);
    if (!error) return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
}

// A header's name may hold any bytes, so it comes with its length.
static inline rd_kafka_resp_err_t tributary_header_add(
    rd_kafka_headers_t *headers, const char *name, size_t count, tributary_bytes value) {
    return rd_kafka_header_add(headers, name, (ssize_t)count, tributary_start(value), (ssize_t)value.count);
}

#endif
