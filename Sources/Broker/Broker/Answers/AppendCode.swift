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
        message = "\(refusal)"
        code =
            switch refusal {
            case .corruptMessage: .corruptMessage
            case .invalidRecord: .invalidRecord
            case .invalidTimestamp: .invalidTimestamp
            case .unsupportedCompression: .unsupportedCompressionType
            case .messageTooLarge, .expandsTooMuch: .messageTooLarge
            case .unknownPartition: .unknownTopicOrPartition
            case .outOfOrderSequence: .outOfOrderSequenceNumber
            case .duplicateOutOfWindow: .duplicateSequenceNumber
            case .invalidProducerEpoch: .invalidProducerEpoch
            case .unknownProducer: .unknownProducerID
            // Both are retriable, so a producer tries again until there is room.
            case .storage, .diskFull: .storageError
            }
    }

    /// Why a client cannot write to a topic; nil where it can.
    init?(of topic: String) {
        guard TopicName.isInternal(topic) else { return nil }
        (code, message) = (.invalidTopic, "Topic \(topic) belongs to the broker.")
    }

    /// Why the records of a request cannot be batches of Kafka 0.11 or later; nil where they can be. The format's
    /// number stands in byte 16 of every generation of it.
    init?(of records: [UInt8]?, version: Int16) {
        guard let records, !records.isEmpty else {
            (code, message) = (.invalidRecord, "There is no batch in the request.")
            return
        }
        if records.count > 16, records[16] < 2 {
            (code, message) = (
                .unsupportedForMessageFormat, "Message format \(records[16]) is not taken, only 2."
            )
            return
        }
        // The codec is in the lowest bits of the attributes, 4 for Zstandard.
        guard version < 7, records.count > 22, records[22] & 7 == 4 else { return nil }
        (code, message) = (
            .unsupportedCompressionType, "Zstandard is taken by Produce from version 7 on."
        )
    }
}
