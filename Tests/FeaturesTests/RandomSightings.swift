import Bytes
import Chance
import Features
import JSON
import Logs
import Projections
import Records
import Store

/// A view by chance, records by chance, and the model of both.
struct RandomSightings {
    let view: StreamView
    /// By partition.
    private(set) var records: [[Record]] = []
    private(set) var model: FeatureModel
    private let log = MemoryLog(clock: { Sightings.received })

    static let entities = ["a", "b", "é", "e\u{301}", ""]
    static let second: Int64 = 1_000_000

    init(using random: inout SeededRandom) throws {
        let stream = Sightings.stream(
            partitions: .random(in: 1 ... 3, using: &random),
            lateness: .seconds([0, 20].randomElement(using: &random) ?? 0)
        )
        let isFiltered = Bool.random(using: &random)
        let features = Self.features(hasWindows: .random(using: &random), using: &random)
        let widest = features.compactMap { $0.over.last }.max()
        let least = widest?.microseconds ?? Self.second
        let ttl = TimeSpan(microseconds: .random(in: least ... 200 * Self.second, using: &random))
        let source = FeatureViewDefinition.StreamSource(
            stream: stream.name,
            entity: "who",
            // Where `part` is 0 this divides by zero, and the record does not count.
            filter: isFiltered ? "100 / part > 20" : nil,
            ttl: Bool.random(using: &random) ? ttl : nil,
            features: features
        )
        let definition = FeatureViewDefinition(name: "seen", source: .stream(source))
        view = try StreamView(definition, of: source, over: stream)
        model = FeatureModel(source: source, stream: stream) { sighting in
            guard isFiltered, case .int(let part) = sighting.values[3] else { return true }
            return part != 0 && 100 / part > 20
        }
        try log.create(TopicSpec(stream.topic, partitions: stream.partitions, stamp: .log))
        for partition in 0 ..< stream.partitions {
            try fill(Partition(stream.topic, partition), using: &random)
        }
    }

    private static func features(
        hasWindows: Bool,
        using random: inout SeededRandom
    ) -> [FeatureViewDefinition.Aggregate] {
        let windows = [1, 5 * second, 20 * second, 60 * second]
        var features: [FeatureViewDefinition.Aggregate] = []
        for aggregation in Aggregation.all where hasWindows || aggregation == .last {
            let fields: [String?] =
                switch aggregation {
                case .count: [nil]
                case .sum, .mean: ["n", "big", "x", "flag"]
                case .min, .max, .stddev: ["n", "big", "x"]
                case .last: ["n", "big", "x", "flag", "word", "seen", "who"]
                // A guest, of whom the model knows nothing.
                default: []
                }
            for field in fields.shuffled(using: &random).prefix(3) {
                let over = windows.filter { _ in Bool.random(using: &random) }
                let isWhole = aggregation == .last && (!hasWindows || .random(using: &random))
                features.append(
                    .init(
                        "f\(features.count)",
                        aggregation,
                        of: field,
                        over: (isWhole ? [] : over.isEmpty ? [5 * second] : over)
                            .map { TimeSpan(microseconds: $0) }
                    )
                )
            }
        }
        return features
    }

    private mutating func fill(_ partition: Partition, using random: inout SeededRandom) throws {
        var gate = GateModel(lateness: view.stream.lateness)
        var kept: [Record] = []
        var clock: Int64 = 0
        // Some partitions are so dense that many rows lie in one stretch.
        let pace = [0, 1, 3].randomElement(using: &random) ?? 1
        for number in 0 ..< Int64.random(in: 0 ... 200, using: &random) {
            clock += Self.second * .random(in: 0 ... Int64(pace), using: &random)
            if Int.random(in: 0 ..< 60, using: &random) == 0 { clock += 90 * Self.second }
            let back = Int64.random(in: 0 ... 25, using: &random)
            let isBack = view.stream.lateness.microseconds > 0 && Bool.random(using: &random)
            let time = clock - (isBack ? back * Self.second : 0)
            // One of some is a number that was given before.
            let id =
                Int.random(in: 0 ..< 15, using: &random) == 0 ? max(0, number - back) : number
            var values = Self.values(id: id, time: time, using: &random)
            let fault = Int.random(in: 0 ..< 60, using: &random)
            var isGood = fault > 3
            if fault == 0 { values[3] = .null }
            if fault == 1 { values[1] = .timestamp(Timestamp(Sightings.received + .day + .day)) }
            let text = try Sightings.value(
                zip(view.stream.fields, values).map { ($0.name, $1.json) }
            )
            var headers: [Header] = []
            if Int.random(in: 0 ..< 4, using: &random) == 0 {
                let source = ["one", "other"].randomElement(using: &random) ?? ""
                let sequence = max(1, number - back)
                headers = [
                    Header(Admission.sourceHeader, source),
                    Header(Admission.sequenceHeader, "\(sequence)"),
                ]
                isGood = gate.isNew(sequence, of: source) && isGood
            }
            let record = Record(
                offset: number,
                timestamp: Sightings.received,
                key: nil,
                value: fault == 2 ? nil : fault == 3 ? text.dropLast() : text[...],
                headers: headers
            )
            kept.append(record)
            append(record, to: partition)
            let at = Sightings.at(time).microseconds
            if isGood, gate.admits(id, at: at) {
                model.sightings.append(
                    .init(position: Position(partition, number), time: at, values: values)
                )
            }
        }
        records.append(kept)
    }

    private func append(_ record: Record, to partition: Partition) {
        log.append(
            NewRecord(
                key: nil,
                value: record.value.map { Array($0) },
                headers: record.headers,
                timestamp: record.timestamp
            ),
            to: partition.topic,
            partition: partition.index
        ) { _ in }
    }

    /// In the order of the stream's fields.
    private static func values(
        id: Int64,
        time: Int64,
        using random: inout SeededRandom
    ) -> [FieldValue] {
        func orNull(_ value: FieldValue) -> FieldValue {
            Int.random(in: 0 ..< 5, using: &random) == 0 ? .null : value
        }
        let offset = Int32.random(in: -840 ... 840, using: &random)
        // One of them has so many rows that blocks are full.
        let entity =
            Bool.random(using: &random) ? "a" : entities.randomElement(using: &random) ?? ""
        let big = Int64.random(in: -2 ... 2, using: &random)
        let floats = [1e308, -1e308, .leastNonzeroMagnitude, 0.1, 0.2, 0.3, 0]
        let float = floats.randomElement(using: &random) ?? 0
        return [
            .int(id), .timestamp(Timestamp(Sightings.at(time), offsetMinutes: offset)),
            orNull(.string(entity)), .int(.random(in: 0 ... 9, using: &random)),
            orNull(.int(.random(in: -9 ... 9, using: &random))),
            // Beyond 2⁵³ doubles leave some whole numbers out.
            orNull(.int((1 << 53) + big)),
            orNull(
                .float(Bool.random(using: &random) ? float : .random(in: -1 ... 1, using: &random))
            ),
            orNull(.bool(.random(using: &random))),
            orNull(.string(["", "x", "z\u{0}", "日本"].randomElement(using: &random) ?? "")),
            orNull(.timestamp(Timestamp(Sightings.at(time + 1), offsetMinutes: -offset))),
        ]
    }

    /// Folds the records of every partition, or those below a cut, with batches of any size.
    func fold(below cut: [Offset]? = nil, using random: inout SeededRandom) throws -> MemoryStore {
        let store = try Sightings.store()
        let limit = [1, 2, 7, 50, 1_000].randomElement(using: &random) ?? 1
        for (index, records) in records.enumerated() {
            let end = cut?[index] ?? Int64(records.count)
            let replay = Replay(
                FeatureFold(view),
                of: Partition(view.stream.topic, Int32(index)),
                batchLimit: limit
            )
            let stops = (0 ..< Int64(5)).map { _ in Offset.random(in: 0 ... end, using: &random) }
            try replay.fold(from: 0, to: end, log: log, into: store, stops: Set(stops))
        }
        return store
    }

    /// An instant at which something may be just in a window or just out of it.
    func instant(using random: inout SeededRandom) -> Instant {
        guard let sighting = model.sightings.randomElement(using: &random) else {
            return Sightings.start
        }
        let spans = view.columns.compactMap(\.window) + [view.ttl].compactMap { $0 }
        let span = Bool.random(using: &random) ? spans.randomElement(using: &random) : nil
        return Instant(
            microseconds: sighting.time + (span?.microseconds ?? 0)
                + .random(in: -1 ... 1, using: &random)
        )
    }

    func cut(using random: inout SeededRandom) -> [Offset] {
        records.map { .random(in: 0 ... Int64($0.count), using: &random) }
    }

    func record(at position: Position) -> Record {
        records[Int(position.partition.index)][Int(position.offset)]
    }
}
