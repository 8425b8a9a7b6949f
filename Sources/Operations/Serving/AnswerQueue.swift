public import Bytes
public import Logs
public import Projections
public import Records
public import Store

/// The records of a stream that an endpoint is to answer without being asked.
public struct AnswerQueue: Outbox, CountsRecords {
    public static let family = Family("answers")
    public static let outbox = Table<Offset, AnswerInput>("inputs", number: 16, keeps: .newest)

    public let endpoint: String
    public let stream: StreamDefinition
    /// Records before this are not answered.
    public let from: Instant?
    public var name: String { "answers of \(endpoint)" }
    public var topic: String { stream.topic }
    public var family: Family { Self.family }
    public let generation: Digest
    public let foldVersion: Int64 = 4
    private let reader: SharedReader
    private var admission: Admission

    public init(endpoint: String, generation: Digest, stream: StreamDefinition, from: Instant?) {
        self.endpoint = endpoint
        self.stream = stream
        self.from = from
        self.generation = Digest(
            of: Array("answers".utf8) + Array(endpoint.utf8) + generation.bytes
                + stream.generation.bytes
        )
        reader = SharedReader(stream)
        admission = Admission(stream)
    }

    public func knowing(_ advances: Advances) -> AnswerQueue {
        var queue = self
        queue.admission = Admission(stream, knowing: advances)
        return queue
    }

    public func takeUp(
        on partition: Int32,
        at progress: Progress,
        in view: TableReader
    ) throws(StoreError) -> Agreement {
        try admission.takeUp(on: partition, last: progress.last, in: view)
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        do throws(Refusal) {
            guard try admission.isNew(record, of: partition.index, in: &changes) else { return }
            let row = try reader.read(value: record.value, arrival: record.arrival)
            try admission.admit(row, arrival: record.arrival, in: &changes)
            guard row.time.instant >= from ?? .distantPast else { return }
            changes[Self.outbox, record.offset] = AnswerInput(
                offset: record.offset,
                checksum: UInt64(record.checksum),
                time: row.time.instant,
                arrivedAt: record.arrival,
                values: row.values
            )
        } catch {
            // The stream's own intake makes a dead letter of it.
        }
    }

    public func liveness(in view: TableReader) throws(StoreError) -> Liveness? {
        try admission.liveness(in: view)
    }
}

/// A record that is to be answered.
public struct AnswerInput: Waiting, Hashable {
    public var offset: Offset
    public var checksum: UInt64
    public var time: Instant
    /// When it came to the log; nil where only its writer says.
    public var arrivedAt: Instant?
    /// In the order of the stream's fields.
    public var values: [FieldValue]

    init(
        offset: Offset,
        checksum: UInt64,
        time: Instant,
        arrivedAt: Instant?,
        values: [FieldValue]
    ) {
        self.offset = offset
        self.checksum = checksum
        self.time = time
        self.arrivedAt = arrivedAt
        self.values = values
    }

    public func write(to writer: inout ByteWriter) {
        offset.write(to: &writer)
        checksum.write(to: &writer)
        time.write(to: &writer)
        arrivedAt.write(to: &writer)
        writer.appendVarint(UInt64(values.count))
        for value in values { value.write(to: &writer) }
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        offset = try Int64(from: &reader)
        checksum = try UInt64(from: &reader)
        time = try Instant(from: &reader)
        arrivedAt = try Instant?(from: &reader)
        let start = reader.position
        guard let count = Int(exactly: try reader.readVarint()), count <= reader.remaining else {
            throw .truncated(at: start)
        }
        values = []
        for _ in 0 ..< count { values.append(try FieldValue(from: &reader)) }
    }
}
