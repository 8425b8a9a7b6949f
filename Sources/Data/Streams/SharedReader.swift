internal import Bytes
private import Synchronization

/// A record reader that several threads may use, one at a time: a fold and, now and then, an audit of it.
final class SharedReader: Sendable {
    private let reader: Mutex<RecordReader>

    init(_ definition: StreamDefinition) { reader = Mutex(RecordReader(definition)) }

    func read(value: ArraySlice<UInt8>?, kafkaTimestamp: Instant) throws(Refusal) -> Row {
        try reader.withLock { reader throws(Refusal) in
            try reader.read(value: value, kafkaTimestamp: kafkaTimestamp)
        }
    }
}
