internal import Bytes

/// What idempotent producers appended to one partition: enough to recognise a batch sent again.
struct ProducerTable: Sendable, Equatable {
    /// Kafka remembers as many, because a producer has at most five requests under way.
    static let batchesRemembered = 5
    /// Beyond this many producers those silent the longest are forgotten.
    static let producersRemembered = 10_000

    /// A batch by its first and last sequence, and where it stands.
    struct Batch: Sendable, Hashable {
        var first: Int32
        var last: Int32
        var baseOffset: Int64
        var endOffset: Int64
    }

    /// The last batches of one producer, oldest first; never empty.
    struct Producer: Sendable, Hashable {
        var epoch: Int16
        var batches: [Batch]
    }

    /// What is to be done with a batch.
    enum Verdict: Equatable {
        case new
        case duplicate(Batch)
        case refused(AppendRefusal)
    }

    private(set) var producers: [Int64: Producer] = [:]

    func verdict(on header: BatchHeader) -> Verdict {
        // A producer that is not known may go on anywhere, as in Kafka since KIP-360: it may have
        // been forgotten.
        guard header.producerID >= 0, let producer = producers[header.producerID],
            let last = producer.batches.last
        else { return .new }
        if header.producerEpoch < producer.epoch { return .refused(.invalidProducerEpoch) }
        if header.producerEpoch > producer.epoch {
            return header.baseSequence == 0 ? .new : .refused(.outOfOrderSequence)
        }
        let (first, end) = (header.baseSequence, header.lastSequence)
        if let same = producer.batches.last(where: { $0.first == first && $0.last == end }) {
            return .duplicate(same)
        }
        if first == (last.last &+ 1) & Int32.max { return .new }
        // Half of all sequences count as being behind, because they wrap.
        let isBehind = (last.last &- end) & Int32.max < Int32.max / 2
        return .refused(isBehind ? .duplicateOutOfWindow : .outOfOrderSequence)
    }

    /// Remembers a batch that stands in the log.
    mutating func record(_ header: BatchHeader) {
        guard header.producerID >= 0 else { return }
        let batch = Batch(
            first: header.baseSequence,
            last: header.lastSequence,
            baseOffset: header.baseOffset,
            endOffset: header.endOffset
        )
        var producer =
            producers[header.producerID] ?? Producer(epoch: header.producerEpoch, batches: [])
        if producer.epoch != header.producerEpoch {
            producer = Producer(epoch: header.producerEpoch, batches: [])
        }
        producer.batches.append(batch)
        if producer.batches.count > Self.batchesRemembered { producer.batches.removeFirst() }
        producers[header.producerID] = producer
        if producers.count > Self.producersRemembered { forgetSilent() }
    }

    /// Forgets the half that was silent the longest, so that this is rarely needed.
    private mutating func forgetSilent() {
        let ends = producers.mapValues { $0.batches.last?.endOffset ?? 0 }
        let kept = Set(
            ends.sorted { $0.value > $1.value }.prefix(Self.producersRemembered / 2).map(\.key)
        )
        producers = producers.filter { id, _ in kept.contains(id) }
    }
}

extension ProducerTable {
    func write(to writer: inout ByteWriter) {
        writer.append(UInt32(producers.count))
        for (id, producer) in producers.sorted(by: { $0.key < $1.key }) {
            writer.append(id)
            writer.append(producer.epoch)
            writer.append(UInt8(producer.batches.count))
            for batch in producer.batches {
                writer.append(batch.first)
                writer.append(batch.last)
                writer.append(batch.baseOffset)
                writer.append(batch.endOffset)
            }
        }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        let count: UInt32 = try reader.read()
        for _ in 0 ..< count {
            let id: Int64 = try reader.read()
            var producer = Producer(epoch: try reader.read(), batches: [])
            let batches: UInt8 = try reader.read()
            for _ in 0 ..< batches {
                producer.batches.append(
                    Batch(
                        first: try reader.read(),
                        last: try reader.read(),
                        baseOffset: try reader.read(),
                        endOffset: try reader.read()
                    )
                )
            }
            producers[id] = producer
        }
    }
}
