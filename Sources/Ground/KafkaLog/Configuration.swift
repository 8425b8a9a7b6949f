internal import CRdKafka
internal import Logs

/// The properties that a librdkafka client is made with (`CONFIGURATION.md` of librdkafka 2.0.2).
struct Configuration {
    private var properties: [(name: String, value: String)]

    private init(_ settings: KafkaLog.Settings) {
        properties = [
            ("bootstrap.servers", settings.bootstrapServers),
            ("client.id", settings.clientName),
            // What librdkafka has to say comes as events: nothing of it goes to standard error.
            ("log.queue", "true"),
            ("log.connection.close", "false"),
            ("socket.nagle.disable", "true"),
            ("socket.keepalive.enable", "true"),
            ("reconnect.backoff.ms", "10"),
            ("reconnect.backoff.max.ms", "500"),
            ("topic.metadata.refresh.fast.interval.ms", "50"),
            // A topic that the broker does not know is reported soon: `create` waits until it does.
            ("topic.metadata.propagation.max.ms", "1000"),
            // Topics come from `create` only: a topic made by chance has the wrong partitions and retention.
            ("allow.auto.create.topics", "false"),
        ]
    }

    static func producing(_ settings: KafkaLog.Settings) -> Configuration {
        var configuration = Configuration(settings)
        configuration.properties += [
            ("enable.idempotence", "true"),
            ("acks", "all"),
            ("partitioner", "murmur2_random"),
            ("linger.ms", "\(settings.lingerMilliseconds)"),
            ("message.timeout.ms", "\(settings.messageTimeoutMilliseconds)"),
            ("compression.type", settings.compression.rawValue),
            ("message.max.bytes", "\(settings.longestRecordBytes)"),
            ("retry.backoff.ms", "20"),
            // Our own limits come first (`Producer`). These are the largest there are: beyond them an append fails
            // where ours let it wait, and a record as large as all our room must still fit.
            ("queue.buffering.max.messages", "10000000"),
            ("queue.buffering.max.kbytes", "2097151"),
        ]
        return configuration
    }

    static func consuming(_ settings: KafkaLog.Settings) -> Configuration {
        var configuration = Configuration(settings)
        configuration.properties += [
            // The default would jump to the end of the log without a word.
            ("auto.offset.reset", "error"),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            // Silence is no end: the brokers may be away.
            ("enable.partition.eof", "true"),
            ("check.crcs", "\(settings.checksChecksums)"),
            ("fetch.wait.max.ms", "\(settings.fetchWaitMilliseconds)"),
            ("fetch.min.bytes", "1"),
            ("fetch.error.backoff.ms", "10"),
            ("fetch.message.max.bytes", "\(settings.fetchBytes)"),
            ("queued.min.messages", "\(clamped(settings.recordsReadAhead, to: 10_000_000))"),
            (
                "queued.max.messages.kbytes",
                "\(clamped(settings.bytesReadAhead / 1_024, to: 2_097_151))"
            ),
        ]
        return configuration
    }

    private static func clamped(_ value: Int, to most: Int) -> Int { min(max(value, 1), most) }

    /// librdkafka's own object of it; whoever asks owns it.
    func make() throws(LogError) -> OpaquePointer {
        guard let made = unsafe rd_kafka_conf_new() else {
            throw .refused("librdkafka gave no configuration.")
        }
        for (name, value) in properties {
            var complaint = [CChar](repeating: 0, count: 512)
            let result = unsafe rd_kafka_conf_set(made, name, value, &complaint, complaint.count)
            guard result == RD_KAFKA_CONF_OK else {
                unsafe rd_kafka_conf_destroy(made)
                throw .refused("Setting \(name) to \(value): \(text(complaint))")
            }
        }
        let events = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG
        unsafe rd_kafka_conf_set_events(made, events)
        return unsafe made
    }
}

/// The text in a buffer that C filled, up to its zero.
func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
