internal import CRdKafka
internal import Logs

/// A librdkafka client and its main queue. It is safe to share, because librdkafka locks inside; its threads and
/// connections end when its owner lets go.
@safe struct ClientHandle: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer
    /// Errors, log lines and, of a producer, delivery reports.
    let events: OpaquePointer

    init(_ kind: rd_kafka_type_t, _ configuration: Configuration) throws(LogError) {
        let made = unsafe try configuration.make()
        var complaint = [CChar](repeating: 0, count: 512)
        guard let client = unsafe rd_kafka_new(kind, made, &complaint, complaint.count) else {
            unsafe rd_kafka_conf_destroy(made)
            throw .refused("Starting a Kafka client: \(text(complaint))")
        }
        guard let queue = unsafe rd_kafka_queue_get_main(client) else {
            unsafe rd_kafka_destroy(client)
            throw .refused("A Kafka client came without its queue.")
        }
        unsafe rd_kafka_set_log_queue(client, queue)
        unsafe self.pointer = client
        unsafe self.events = queue
    }

    deinit {
        unsafe rd_kafka_queue_destroy(events)
        unsafe rd_kafka_destroy(pointer)
    }
}

/// A consuming client and the queue that the messages of all its partitions arrive in. The queue goes first: it holds
/// messages of the client.
@safe struct ConsumerHandle: ~Copyable, @unchecked Sendable {
    let client: ClientHandle
    let queue: OpaquePointer

    init(_ configuration: Configuration) throws(LogError) {
        let client = try ClientHandle(RD_KAFKA_CONSUMER, configuration)
        guard let queue = unsafe rd_kafka_queue_new(client.pointer) else {
            throw .refused("A Kafka client gave no queue.")
        }
        self.client = client
        unsafe self.queue = queue
    }

    deinit { unsafe rd_kafka_queue_destroy(queue) }
}

/// A queue for the answer to one request.
@safe struct QueueHandle: ~Copyable {
    let pointer: OpaquePointer

    init(of client: borrowing ClientHandle) throws(LogError) {
        guard let queue = unsafe rd_kafka_queue_new(client.pointer) else {
            throw .refused("A Kafka client gave no queue.")
        }
        unsafe self.pointer = queue
    }

    deinit { unsafe rd_kafka_queue_destroy(pointer) }
}
