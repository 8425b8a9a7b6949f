internal import Bytes
internal import Events
internal import FoundationEssentials
internal import Logs
internal import Projections
internal import Records
internal import SwiftProtobuf

/// What is said of a record that was refused. It always fits: whole as long as our own topic takes it, and cut where that
/// or another's topic does not.
struct DeadLetter {
    let definition: StreamDefinition
    let generation: Digest
    let record: Record
    let partition: Partition
    let refusal: Refusal
    /// The record's event time, where it could be read.
    let time: Instant?

    /// A part of a record that is longer is cut, where the whole is too long.
    static let longestPart = 64 << 10
    /// What is left of a part that was cut.
    static let excerpt = 1_024
    /// The longest that our own topics take, with room for what a batch adds.
    static let longestWhole = Int(TopicSpec.longestRecordBytes) - (64 << 10)

    var reaction: Reaction {
        let topic = DeadLetterEvent.topic
        // Whoever cannot take so much cannot be a broker.
        let isShort = partBytes <= Self.longestPart
        let whole = partBytes <= Self.longestWhole ? event(isCut: false) : nil
        let cut = isShort ? nil : event(isCut: true)
        guard let first = whole.flatMap({ $0.byteCount <= Self.longestWhole ? $0 : nil }) ?? cut
        else { preconditionFailure("A dead letter of short parts is short.") }
        return Reaction(
            topic: topic.name,
            partition: partition.index % topic.partitions,
            record: first,
            shorter: whole == nil ? nil : cut
        )
    }

    private var partBytes: Int {
        record.headers.reduce((record.key?.count ?? 0) + (record.value?.count ?? 0)) {
            $0 + Self.bytes(of: $1)
        }
    }

    private static func bytes(of header: Header) -> Int {
        // Its lengths and tags take up to twenty more.
        header.name.utf8.count + (header.value?.count ?? 0) + 20
    }

    private func event(isCut: Bool) -> NewRecord {
        let event = DeadLetterEvent.with {
            $0.refused = .with {
                $0.stream = definition.name
                $0.generation = .init(generation.bytes)
                $0.topic = partition.topic
                $0.partition = partition.index
                $0.offset = record.offset
                $0.reason = refusal.word
                $0.detail = refusal.description
                if let key = record.key { $0.put(key: key, isCut: isCut) }
                if let value = record.value { $0.put(value: value, isCut: isCut) }
                $0.put(headers: record.headers, isCut: isCut)
                $0.timestampUs = record.timestamp.microseconds
                if let time { $0.streamTimeUs = time.microseconds }
            }
        }
        return event.newRecord(envelope)
    }

    private var envelope: Envelope {
        let position = Position(partition, record.offset)
        return Envelope(
            id: EventID(
                of: Array("intake".utf8),
                generation.bytes,
                Array(position.description.utf8),
                UInt64(record.checksum).orderedBytes
            ),
            subject: definition.name,
            time: record.timestamp,
            causation: position.description,
            streamTime: time
        )
    }
}

extension DeadLetterEvent.Refused {
    fileprivate mutating func put(key: ArraySlice<UInt8>, isCut: Bool) {
        guard isCut, key.count > DeadLetter.longestPart else {
            self.key = .init(key)
            return
        }
        self.key = .init(key.prefix(DeadLetter.excerpt))
        keyOmitted = true
        keyBytes = Int64(key.count)
        keyDigest = .init(Digest(of: key.span.bytes).bytes)
    }

    fileprivate mutating func put(value: ArraySlice<UInt8>, isCut: Bool) {
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
                room -= header.name.utf8.count + (header.value?.count ?? 0) + 20
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
