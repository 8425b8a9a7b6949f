internal import Bytes
public import Events
internal import FoundationEssentials
public import Logs
internal import Records
internal import SwiftProtobuf

/// What is said of a record that was refused. It always fits: whole as long as our own topic takes it, and cut where that
/// or another's topic does not.
public struct DeadLetter {
    private let stream: String
    private let generation: Digest
    private let partition: Partition
    private let input: RefusedInput

    /// A part of a record that is longer is cut, where the whole is too long.
    static let longestPart = 64 << 10
    /// What is left of a part that was cut.
    static let excerpt = 1_024
    /// The longest that our own topics take, with room for what a batch adds, and the envelope.
    static let longestWhole = Int(TopicSpec.longestRecordBytes) - (72 << 10)

    public init(_ input: RefusedInput, of partition: Partition, to intake: Intake) {
        stream = intake.definition.name
        generation = intake.generation
        self.partition = partition
        self.input = input
    }

    /// What is said of it, and what is said where a topic does not take that; nil: there is nothing shorter to say.
    public var events: (first: DeadLetterEvent, shorter: DeadLetterEvent?) {
        guard input.partBytes + input.detail.utf8.count <= Self.longestWhole else {
            return (event(isCut: true), nil)
        }
        // Whoever cannot take so much cannot be a broker.
        let isShort = input.partBytes <= Self.longestPart
        return (event(isCut: false), isShort ? nil : event(isCut: true))
    }

    private func event(isCut: Bool) -> DeadLetterEvent {
        .with {
            $0.refused = .with {
                $0.stream = stream
                $0.generation = .init(generation.bytes)
                $0.topic = partition.topic
                $0.partition = partition.index
                $0.offset = input.offset
                $0.reason = input.reason
                $0.detail = input.detail
                if let key = input.key { $0.put(key: key, isCut: isCut) }
                if let value = input.value { $0.put(value: value, isCut: isCut) }
                $0.put(headers: input.headers, isCut: isCut)
                $0.timestampUs = input.timestamp.microseconds
                if let time = input.time { $0.streamTimeUs = time.microseconds }
            }
        }
    }
}

extension DeadLetterEvent.Refused {
    fileprivate mutating func put(key: [UInt8], isCut: Bool) {
        guard isCut, key.count > DeadLetter.longestPart else {
            self.key = .init(key)
            return
        }
        self.key = .init(key.prefix(DeadLetter.excerpt))
        keyOmitted = true
        keyBytes = Int64(key.count)
        keyDigest = .init(Digest(of: key.span.bytes).bytes)
    }

    fileprivate mutating func put(value: [UInt8], isCut: Bool) {
        guard isCut, value.count > DeadLetter.longestPart else {
            self.value = .init(value)
            return
        }
        self.value = .init(value.prefix(DeadLetter.excerpt))
        valueOmitted = true
        valueBytes = Int64(value.count)
        valueDigest = .init(Digest(of: value.span.bytes).bytes)
    }

    /// Of headers that are too long together, the first that fit are kept, whole or not at all.
    fileprivate mutating func put(headers all: [Logs.Header], isCut: Bool) {
        var kept = all[...]
        if isCut {
            var room = DeadLetter.longestPart
            kept = all.prefix { header in
                room -= RefusedInput.bytes(of: header)
                return room >= 0
            }
        }
        headers = kept.map { header in
            .with {
                $0.name = header.name
                if let value = header.value { $0.value = .init(value) }
            }
        }
        guard kept.count < all.count else { return }
        headersOmitted = true
        headersCount = Int64(all.count)
        headersDigest = .init(Self.digest(of: all).bytes)
    }

    /// SHA-256 over all headers in their order: of each the name and the value, each behind its length in eight bytes, −1
    /// for a value that is null.
    static func digest(of headers: [Logs.Header]) -> Digest {
        var writer = ByteWriter(reserving: 1_024)
        for header in headers {
            writer.append(Int64(header.name.utf8.count))
            writer.append(contentsOf: Array(header.name.utf8))
            writer.append(Int64(header.value?.count ?? -1))
            writer.append(contentsOf: header.value ?? [])
        }
        return Digest(of: writer.bytes)
    }
}
