internal import CRdKafka
internal import Logs

extension rd_kafka_resp_err_t {
    /// The error in librdkafka's words.
    var sentence: String {
        guard let text = unsafe rd_kafka_err2str(self) else { return "error \(rawValue)" }
        return unsafe String(cString: text)
    }

    /// Whether there is no such topic, or no such partition of it.
    var meansUnknown: Bool {
        switch self {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            true
        default: false
        }
    }

    /// Whether a broker cannot be reached.
    var meansNoConnection: Bool {
        switch self {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT:
            true
        default: false
        }
    }

    /// Whether a record that was not appended for this reason would not be taken the next time either.
    var isForGood: Bool {
        switch self {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE,
            RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
            true
        default: false
        }
    }

    /// Whether it may be gone when one asks again.
    var isPassing: Bool {
        switch self {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
            RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__IN_PROGRESS:
            true
        default: false
        }
    }
}

extension LogError {
    /// What was being done stands before a colon, then the broker's own words where it had any.
    init(
        _ code: rd_kafka_resp_err_t,
        doing: String,
        partition: Partition? = nil,
        topic: String? = nil,
        detail: String? = nil
    ) {
        let sentence = "\(doing): \(detail ?? code.sentence)"
        if let topic, code.meansUnknown {
            self = .unknownTopic(topic)
        } else if let partition, code.meansUnknown {
            self = .unknownPartition(partition)
        } else if let topic, code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS {
            self = .topicExists(topic)
        } else if code.isPassing {
            self = .unreachable(sentence)
        } else {
            self = .refused(sentence)
        }
    }
}
