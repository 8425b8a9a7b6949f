internal import CRdKafka

/// One event out of a client's queue.
@safe struct Event: ~Copyable {
    let pointer: OpaquePointer

    /// What an event says, as far as we listen.
    enum Kind {
        case deliveries
        case log(facility: String, line: String)
        case error(rd_kafka_resp_err_t, line: String, isFatal: Bool)
        case other
    }

    /// The next event; nil when the time is over.
    init?(from queue: OpaquePointer, within milliseconds: Int32) {
        guard let event = unsafe rd_kafka_queue_poll(queue, milliseconds) else { return nil }
        unsafe self.pointer = event
    }

    deinit { unsafe rd_kafka_event_destroy(pointer) }

    var kind: Kind {
        switch unsafe rd_kafka_event_type(pointer) {
        case RD_KAFKA_EVENT_DR: .deliveries
        case RD_KAFKA_EVENT_LOG: logLine
        case RD_KAFKA_EVENT_ERROR:
            .error(
                error,
                line: errorText,
                isFatal: unsafe rd_kafka_event_error_is_fatal(pointer) != 0
            )
        default: .other
        }
    }

    var error: rd_kafka_resp_err_t { unsafe rd_kafka_event_error(pointer) }

    var errorText: String {
        guard let text = unsafe rd_kafka_event_error_string(pointer) else { return error.sentence }
        return unsafe String(cString: text)
    }

    private var logLine: Kind {
        var (facility, line) = unsafe (UnsafePointer<CChar>?.none, UnsafePointer<CChar>?.none)
        var level: Int32 = 0
        guard unsafe rd_kafka_event_log(pointer, &facility, &line, &level) == 0,
            let facility = unsafe facility, let line = unsafe line
        else { return .other }
        return unsafe .log(facility: String(cString: facility), line: String(cString: line))
    }
}
