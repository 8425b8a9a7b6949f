public import Bytes
private import Synchronization

/// A record reader that several threads may use, one at a time: a fold and, now and then, an audit of it.
public final class SharedReader: Sendable {
    private let reader: Mutex<RecordReader>

    public init(_ definition: StreamDefinition) { reader = Mutex(RecordReader(definition)) }

    public func read(value: ArraySlice<UInt8>?, arrival: Instant?) throws(Refusal) -> Row {
        try reader.withLock { reader throws(Refusal) in
            try reader.read(value: value, arrival: arrival)
        }
    }
}
