internal import Segments

/// What a producer is told when its batch was not stored.
struct AppendCode: Sendable, Equatable {
    var code: ErrorCode
    var message: String?

    init(_ code: ErrorCode, _ message: String?) {
        self.code = code
        self.message = message
    }

    init(_ refusal: AppendRefusal) {
        switch refusal {
        case .corruptMessage(let why): (code, message) = (.corruptMessage, why)
        case .invalidRecord(let why): (code, message) = (.invalidRecord, why)
        case .messageTooLarge(let limit):
            (code, message) = (
                .messageTooLarge, "A batch of this topic has at most \(limit) bytes."
            )
        case .unknownPartition: (code, message) = (.unknownTopicOrPartition, nil)
        case .outOfOrderSequence:
            (code, message) = (
                .outOfOrderSequenceNumber, "Batches of this producer are missing before this one."
            )
        case .duplicateOutOfWindow:
            (code, message) = (.duplicateSequenceNumber, "This batch was stored long ago.")
        case .invalidProducerEpoch:
            (code, message) = (.invalidProducerEpoch, "A newer producer has this producer id.")
        case .unknownProducer: (code, message) = (.unknownProducerID, nil)
        case .storage(let why): (code, message) = (.storageError, why)
        case .diskFull:
            // Retriable, so a producer tries again until there is room.
            (code, message) = (.storageError, "The disk is full.")
        }
    }

    /// Why a client cannot write to a topic; nil where it can.
    init?(of topic: String) {
        guard TopicName.isInternal(topic) else { return nil }
        (code, message) = (.invalidTopic, "Topic \(topic) belongs to the broker.")
    }

    /// Why the records of a request cannot be batches of Kafka 0.11 or later; nil where they can be. The format's
    /// number stands in byte 16 of every generation of it.
    init?(of records: [UInt8]?) {
        guard let records, !records.isEmpty else {
            (code, message) = (.invalidRecord, "There is no batch in the request.")
            return
        }
        guard records.count > 16, records[16] < 2 else { return nil }
        (code, message) = (
            .unsupportedForMessageFormat, "Message format \(records[16]) is not taken, only 2."
        )
    }
}
