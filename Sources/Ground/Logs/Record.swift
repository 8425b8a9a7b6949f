public import Bytes

/// One partition of a topic.
public struct Partition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var topic: String
    public var index: Int32

    public init(_ topic: String, _ index: Int32) {
        self.topic = topic
        self.index = index
    }

    public var description: String { "\(topic)/\(index)" }

    public static func < (one: Partition, other: Partition) -> Bool {
        (one.topic, one.index) < (other.topic, other.index)
    }
}

/// The place of a record in its partition, counted from 0.
public typealias Offset = Int64

/// The place of a record in the log: `models/0@1234`.
public struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var partition: Partition
    public var offset: Offset

    public init(_ partition: Partition, _ offset: Offset) {
        self.partition = partition
        self.offset = offset
    }

    public var description: String { "\(partition)@\(offset)" }

    /// The offset of the record behind it. Nothing comes behind the last number there is.
    public var next: Offset { offset == .max ? .max : offset + 1 }

    public static func < (one: Position, other: Position) -> Bool {
        (one.partition, one.offset) < (other.partition, other.offset)
    }

    /// Reads `models/0@1234`. The last number there is, 2^63 - 1, is no record's offset: none could come behind it.
    public init?(_ text: String) {
        guard let at = text.lastIndex(of: "@"), let slash = text[..<at].lastIndex(of: "/"),
            let index = Int32(text[text.index(after: slash) ..< at]),
            let offset = Offset(text[text.index(after: at)...]),
            index >= 0, (0 ..< Offset.max).contains(offset), slash > text.startIndex
        else { return nil }
        self.init(Partition(String(text[..<slash]), index), offset)
    }
}

/// A named value beside a record's own. Names may repeat and values may be null, as in Kafka.
public struct Header: Sendable, Hashable {
    public var name: String
    public var value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}

/// What is to be appended.
public struct NewRecord: Sendable, Hashable {
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [Header]
    /// Nil: the log's own clock. A topic that is stamped by the log takes that in any case.
    public var timestamp: Instant?

    public init(key: [UInt8]?, value: [UInt8]?, headers: [Header] = [], timestamp: Instant? = nil) {
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

extension NewRecord {
    /// About what it takes in a batch of its own: its parts, with the most that lengths and a batch's head may take.
    public var byteCount: Int {
        headers.reduce(128 + (key?.count ?? 0) + (value?.count ?? 0)) {
            $0 + 20 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
    }
}

/// A record as it stands in the log. Key and value share the storage of the batch they came in.
public struct Record: Sendable {
    public var offset: Offset
    /// Kafka's own, to the millisecond. Whoever wrote the record may have made it up.
    public var timestamp: Instant
    /// Whether the timestamp is of the log's own clock (Kafka's LogAppendTime), and not of the writer's.
    public var isStampedByLog: Bool
    public var key: ArraySlice<UInt8>?
    public var value: ArraySlice<UInt8>?
    public var headers: [Header]

    public init(
        offset: Offset,
        timestamp: Instant,
        key: ArraySlice<UInt8>?,
        value: ArraySlice<UInt8>?,
        headers: [Header] = [],
        isStampedByLog: Bool = true
    ) {
        self.offset = offset
        self.timestamp = timestamp
        self.isStampedByLog = isStampedByLog
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// When the log got it; nil where only its writer says.
    public var arrival: Instant? { isStampedByLog ? timestamp : nil }

    /// The last value of that name: Kafka lets names repeat.
    public func header(_ name: String) -> [UInt8]? {
        headers.last { $0.name == name }?.value
    }

    /// A header as text; nil where it is absent or not UTF-8.
    public func text(_ name: String) -> String? {
        header(name).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// CRC-32C over timestamp, key, value and headers, each counted: tells whether two logs hold the same record here.
    public var checksum: UInt32 {
        var writer = ByteWriter(reserving: 64 + headers.count * 48)
        writer.append(offset)
        writer.append(timestamp.milliseconds)
        for part in [key, value] {
            writer.append(Int64(part?.count ?? -1))
        }
        for header in headers {
            writer.appendCounted(header.name)
            writer.append(Int64(header.value?.count ?? -1))
            writer.append(contentsOf: header.value ?? [])
        }
        var sum = Checksum.crc32c(writer.bytes)
        for part in [key, value] {
            if let part { sum = Checksum.crc32c(part.span.bytes, after: sum) }
        }
        return sum
    }
}

/// Consecutive records of one partition, in offset order. Offsets may have gaps.
public struct RecordBatch: Sendable {
    public var partition: Partition
    public var records: [Record]

    public init(_ partition: Partition, _ records: [Record]) {
        self.partition = partition
        self.records = records
    }
}
