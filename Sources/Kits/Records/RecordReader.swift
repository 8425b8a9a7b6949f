public import Bytes

/// Reads the records of one stream: the same bytes give the same row or the same refusal,
/// everywhere and always. It keeps buffers between records, so each thread has its own.
public final class RecordReader {
    /// A longer record is refused unread.
    public static let maximumByteCount = 1 << 20

    public let definition: StreamDefinition
    /// All that changes lies in one value: Swift checks each access to a variable of a class, and
    /// one is enough.
    private var scan: RecordScan
    private let keyIndex: Int
    private let timeIndex: Int
    private let identityIndex: Int?

    /// The definition must be one that breaks no rule.
    public init(_ definition: StreamDefinition) {
        func index(of name: String) -> Int {
            guard let index = definition.fields.firstIndex(where: { $0.name == name }) else {
                preconditionFailure(
                    "The stream \(definition.name) has no field \(name): \(definition.problems)"
                )
            }
            return index
        }
        self.definition = definition
        scan = RecordScan(definition.fields)
        keyIndex = index(of: definition.key)
        timeIndex = index(of: definition.time)
        identityIndex = definition.identity.map(index)
    }

    /// `arrival` is when the log got the record, by its own clock: no event happens much later than that. Nil: nobody
    /// but the writer says, and only the stream's own bounds decide.
    public func read(value: ArraySlice<UInt8>?, arrival: Instant?) throws(Refusal) -> Row {
        guard let value, !value.isEmpty else { throw .emptyValue }
        guard value.count <= Self.maximumByteCount else { throw .tooLarge(byteCount: value.count) }
        let values = try scan.values(in: value.span.bytes)
        guard case .timestamp(let time) = values[timeIndex] else {
            preconditionFailure("The time field of \(definition.name) is no timestamp.")
        }
        try check(time.instant, arrival)
        return Row(time: time, values: values, keyIndex: keyIndex, identityIndex: identityIndex)
    }

    private func check(_ time: Instant, _ arrival: Instant?) throws(Refusal) {
        if let bound = definition.notBefore, time < bound {
            throw .tooEarly(time: time, bound: bound)
        }
        if let bound = definition.notAfter, time > bound {
            throw .tooLate(time: time, bound: bound)
        }
        if let arrival, time > arrival + .day {
            throw .inTheFuture(time: time, received: arrival)
        }
    }
}
