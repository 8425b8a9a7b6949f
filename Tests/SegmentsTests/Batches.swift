import Bytes
import Synchronization

@testable import Segments

/// Makes record batches as a client does.
struct Batch {
    var values: [[UInt8]]
    var keys: [[UInt8]?] = []
    var baseTimestamp: Int64 = 1_000
    var timestampDeltas: [Int64] = []
    var producerID: Int64 = -1
    var producerEpoch: Int16 = -1
    var baseSequence: Int32 = -1
    var attributes: Int16 = 0

    init(_ values: [UInt8]...) { self.values = values }
    init(values: [[UInt8]]) { self.values = values }

    /// Records that carry numbers by which they are known again.
    init(ids: [UInt64], padding: Int = 0) {
        values = ids.map { id in
            var writer = ByteWriter()
            writer.append(id)
            writer.append(
                contentsOf: [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: padding)
            )
            return writer.bytes
        }
    }

    var bytes: [UInt8] {
        var records = ByteWriter()
        for (index, value) in values.enumerated() {
            var record = ByteWriter()
            record.append(Int8(0))
            record.appendSignedVarint(index < timestampDeltas.count ? timestampDeltas[index] : 0)
            record.appendSignedVarint(Int64(index))
            if index < keys.count, let key = keys[index] {
                record.appendSignedVarint(Int64(key.count))
                record.append(contentsOf: key)
            } else {
                record.appendSignedVarint(-1)
            }
            record.appendSignedVarint(Int64(value.count))
            record.append(contentsOf: value)
            record.appendSignedVarint(0)
            records.appendSignedVarint(Int64(record.count))
            records.append(contentsOf: record.bytes)
        }
        var batch = ByteWriter()
        batch.append(Int64(0))
        batch.append(Int32(49 + records.count))
        batch.append(Int32(-1))
        batch.append(Int8(2))
        batch.append(UInt32(0))
        batch.append(attributes)
        batch.append(Int32(values.count - 1))
        batch.append(baseTimestamp)
        batch.append(baseTimestamp &+ (timestampDeltas.max() ?? 0))
        batch.append(producerID)
        batch.append(producerEpoch)
        batch.append(baseSequence)
        batch.append(Int32(values.count))
        batch.append(contentsOf: records.bytes)
        return Batch.sealed(batch.bytes)
    }

    /// The same bytes with the checksum that belongs to them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.overwrite(BatchHeader.checksum(of: bytes.span.bytes), at: 17)
        return bytes
    }

    /// The numbers of the records in a stored batch.
    static func ids(in bytes: [UInt8]) throws -> [UInt64] {
        var reader = ByteReader(bytes)
        try reader.skip(57)
        let count: Int32 = try reader.read()
        var ids: [UInt64] = []
        for _ in 0 ..< count {
            _ = try reader.readSignedVarint()
            try reader.skip(1)
            _ = try reader.readSignedVarint()
            _ = try reader.readSignedVarint()
            let key = try reader.readSignedVarint()
            try reader.skip(Int(max(key, 0)))
            var value = ByteReader(try reader.read(count: Int(try reader.readSignedVarint())))
            ids.append(try value.read())
            _ = try reader.readSignedVarint()
        }
        return ids
    }
}

/// Waits for one answer of another thread.
final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let signal = Signal()

    func give(_ value: Value) {
        self.value.withLock { $0 = value }
        signal.give()
    }

    /// Nil if none came within ten seconds.
    func wait(milliseconds: Int64 = 10_000) -> Value? {
        let deadline = Clock.ticks() + milliseconds
        while Clock.ticks() < deadline {
            if let value = value.withLock({ $0 }) { return value }
            signal.wait(until: deadline)
        }
        return value.withLock { $0 }
    }
}

/// An answer that should have come and did not.
struct NoAnswer: Error {}

extension SegmentStore {
    /// Appends and waits.
    func append(_ bytes: [UInt8], to partition: TopicPartition) throws -> Appended {
        let answer = Answer<Result<Appended, AppendRefusal>>()
        append(bytes, to: partition) { answer.give($0) }
        guard let result = answer.wait() else { throw NoAnswer() }
        return try result.get()
    }

    /// All batches of a partition.
    func everything(in partition: TopicPartition, limit: Int = 1_000) throws -> [[UInt8]] {
        guard let bounds = bounds(of: partition) else {
            throw SegmentError.unknownPartition(partition)
        }
        var batches: [[UInt8]] = []
        var offset = bounds.lowerBound
        while offset < bounds.upperBound {
            let chunk = try read(partition, from: offset, limit: limit)
            guard let last = chunk.batches.last, let header = BatchHeader(last.span.bytes) else {
                throw NoAnswer()
            }
            batches += chunk.batches
            offset = header.endOffset
        }
        return batches
    }

    /// Waits until everything accepted is in its segment.
    func settle() {
        while engine.state.withLock({ $0.pendingBytes > 0 }) {
            Signal().wait(until: Clock.ticks() + 1)
        }
    }
}

extension SegmentStore.Settings {
    /// So small that segments and journals end after a few batches.
    static var tiny: SegmentStore.Settings {
        var settings = SegmentStore.Settings()
        settings.segmentBytes = 1_500
        settings.journalBytes = 24 << 10
        settings.indexEveryBytes = 300
        settings.tailBytes = 2_000
        settings.checkpointBytes = 6_000
        return settings
    }
}

/// A value that several threads change.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value { withLock { $0 } }

    func withLock<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}

extension BatchHeader {
    init?(of bytes: [UInt8]) { self.init(bytes.span.bytes) }
}
