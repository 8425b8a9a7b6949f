public import Bytes
internal import Engine
public import Events
internal import Features
internal import FoundationEssentials
internal import JSON
public import Logs
internal import ModelRegistry
internal import Projections
public import Records
internal import Serving
internal import Store
internal import SwiftProtobuf
internal import Workers

/// Where a prediction comes from: the model, the dataset behind it, the values it was given, and the records behind each.
public struct Explanation: Sendable {
    public var id: EventID
    public var position: Position
    public var decidedAt: Instant
    public var predicted: PredictionEvent.Predicted
    public var run: String
    public var features: [Feature]
    /// Nil where it was not asked for.
    public var differences: [Difference]?

    public struct Feature: Sendable {
        public var column: String
        /// As the model got it; NaN where it was missing.
        public var stored: Float
        /// As it is read now, at the cut that the prediction names.
        public var value: FieldValue
        public var records: [Position]
    }

    /// Something that came out otherwise when it was computed again.
    public struct Difference: Sendable, Hashable {
        /// A column, or an output such as `probability`; or what those come from: `model`, `artifact`, `dataset`, `views`,
        /// `features`, `columns`, or the whole `record`.
        public var what: String
        public var stored: String
        public var recomputed: String
    }
}

/// What came out when every prediction of an endpoint was computed again.
public struct Reexecution: Sendable {
    public var predictions: Int
    /// Without an id: a record on the topic that is no prediction.
    public var differences: [(id: EventID?, difference: Explanation.Difference)]
    public var seconds: Double
}

extension Platform {
    /// What was answered just now is in the log, and waited for: for a second, until that much is folded.
    /// `text`: A prediction's id, or as much of its beginning as no other has.
    /// `executes`: Computes the features anew from the records behind them, and the answer from those.
    public func explain(_ text: String, executes: Bool) async throws -> Explanation {
        if try find(text, limit: 1).isEmpty {
            try await engine.reachEnd(of: PredictionEvent.topic, within: .seconds(1))
        }
        let found = try find(text, limit: ServingRefusal.namedAtMost + 1)
        guard let first = found.first else {
            throw PlatformError.refused(ServingRefusal.unknownPrediction(text))
        }
        guard found.count == 1 else {
            throw PlatformError.refused(
                ServingRefusal.ambiguousPrediction(text, found.map(\.id.description))
            )
        }
        let (id, position) = (first.id, first.position)
        return try await engine.pool.run { [self] in
            try explain(id, at: position, executes: executes)
        }
    }

    private func explain(
        _ id: EventID,
        at position: Position,
        executes: Bool
    ) throws -> Explanation {
        let (envelope, predicted) = try prediction(at: position)
        let reader = try store.snapshot()
        let version = try registered(predicted.model, predicted.version, in: reader)
        let served = try plan(ofDatasetVersion: version?.dataset ?? predicted.dataset, in: reader).1
        let fields = try served.fields(ofKept: predicted.request)
        let at = Instant(microseconds: predicted.atUs)
        let cut = predicted.cutOffsets
        let read = try served.read(
            fields,
            at: at,
            cut: cut,
            in: try rows(of: served, at: cut, in: reader),
            withRecords: true
        )
        var explanation = Explanation(
            id: id,
            position: position,
            decidedAt: envelope.time,
            predicted: predicted,
            run: version?.run ?? "",
            features: [],
            differences: nil
        )
        for (index, column) in served.columns.enumerated() {
            explanation.features.append(
                Explanation.Feature(
                    column: column.name,
                    stored: index < predicted.features.count ? predicted.features[index] : .nan,
                    value: read.values[index],
                    records: read.records[index]
                )
            )
        }
        if executes {
            let values = try served.recompute(fields, at: at, from: read.records, log: log)
            explanation.differences = differences(
                of: predicted,
                by: version,
                served,
                values: values,
                ArtifactCache()
            )
        }
        return explanation
    }

    private func prediction(
        at position: Position
    ) throws -> (envelope: Envelope, predicted: PredictionEvent.Predicted) {
        let why: String
        if let record = try log.records(at: [position])[position] {
            do throws(EventError) { return try record.prediction() } catch { why = "\(error)" }
        } else {
            why = "the log does not hold it any more"
        }
        throw PlatformError.refused(ServingRefusal.unreadablePrediction(at: "\(position)", why))
    }

    /// Computes every prediction of an endpoint again: the log is folded anew into memory, features are read from there at
    /// the cuts that the predictions name, and the artifacts are loaded by their digests. Blocks.
    public func reexecute(_ endpoint: String) throws -> Reexecution {
        let start = ContinuousClock.now
        let reader = try store.snapshot()
        let memory = MemoryStore()
        try memory.open(FeatureFold.family)
        let artifacts = ArtifactCache()
        var folded: Set<Digest> = []
        var versions: [String: ModelVersion?] = [:]
        var plans: [String: FeaturePlan] = [:]
        var result = Reexecution(predictions: 0, differences: [], seconds: 0)
        func compare(_ predicted: PredictionEvent.Predicted) throws -> [Explanation.Difference] {
            let name = "\(predicted.model)@\(predicted.version)"
            let version =
                try versions[name] ?? registered(predicted.model, predicted.version, in: reader)
            versions[name] = .some(version)
            let dataset = version?.dataset ?? predicted.dataset
            let plan = try plans[dataset] ?? plan(ofDatasetVersion: dataset, in: reader).1
            plans[dataset] = plan
            for fold in plan.parts.compactMap(\.fold)
            where folded.insert(fold.generation).inserted {
                try foldAnew(fold, knownIn: reader, into: memory)
            }
            let values = try plan.read(
                try plan.fields(ofKept: predicted.request),
                at: Instant(microseconds: predicted.atUs),
                cut: predicted.cutOffsets,
                in: memory
            ).values
            return differences(of: predicted, by: version, plan, values: values, artifacts)
        }
        for index in 0 ..< PredictionEvent.topic.partitions {
            let partition = Partition(PredictionEvent.topic.name, index)
            try log.eachRecord(of: partition, below: .max, goesOn: engine.goesOn) { records in
                for record in records {
                    try engine.goesOn()
                    let position = Position(partition, record.offset)
                    var id: EventID?
                    do {
                        let (envelope, predicted) = try record.prediction()
                        guard predicted.endpoint == endpoint else { continue }
                        id = envelope.id
                        result.predictions += 1
                        for difference in try compare(predicted) {
                            result.differences.append((id, difference))
                        }
                    } catch let error as EventError {
                        result.differences.append((nil, .init(unreadable: position, error)))
                    } catch let error as PlatformError {
                        result.differences.append((id, .init(unreadable: position, error)))
                    } catch let error as JSONError {
                        result.differences.append((id, .init(unreadable: position, error)))
                    }
                }
            }
        }
        result.seconds = (ContinuousClock.now - start) / .seconds(1)
        return result
    }

    /// A version as it was registered, be its model deleted since or not.
    private func registered(
        _ model: String,
        _ version: Int64,
        in reader: any StoreReader
    ) throws -> ModelVersion? {
        let item = try ModelCatalog.View(reader).history(model).last {
            $0.kind == .registered && $0.version == version
        }
        guard let item else { return nil }
        return try ModelCatalog.View(reader, asOf: item.position).version(model, version)
    }

    /// Where a plan can be read up to a cut: the state, or what is folded anew where views that nobody is served with any
    /// more have left it.
    private func rows(
        of plan: FeaturePlan,
        at cut: [Partition: Offset],
        in reader: any StoreReader
    ) throws -> any StoreReader {
        let reached = try plan.cut(in: reader)
        if cut.allSatisfy({ reached[$0.key] ?? 0 >= $0.value }) { return reader }
        let memory = MemoryStore()
        try memory.open(FeatureFold.family)
        var folded: Set<Digest> = []
        for fold in plan.parts.compactMap(\.fold) where folded.insert(fold.generation).inserted {
            try foldAnew(fold, knownIn: reader, into: memory)
        }
        return memory
    }

    private func foldAnew(
        _ fold: FeatureFold,
        knownIn reader: any StoreReader,
        into memory: MemoryStore
    ) throws {
        let fold = try Self.told(fold, in: reader)
        for index in 0 ..< fold.view.stream.partitions {
            let partition = Partition(fold.view.stream.topic, index)
            let bounds = try log.bounds(of: partition)
            try Replay(fold, of: partition, goesOn: engine.goesOn)
                .fold(from: bounds.lowerBound, to: bounds.upperBound, log: log, into: memory)
        }
    }

    /// The predictions whose ids begin so, at most `limit`.
    private func find(
        _ text: String,
        limit: Int
    ) throws -> [(id: EventID, position: Position, entry: PredictionLedger.Entry)] {
        let hex = text.filter { $0 != "-" }
        guard hex.utf8.count <= 32, !hex.isEmpty, hex.utf8.allSatisfy({ $0.isHexDigit }) else {
            throw PlatformError.refused(ServingRefusal.unknownPrediction(text))
        }
        func id(_ filler: Character) -> EventID? {
            let full = hex + String(repeating: filler, count: 32 - hex.utf8.count)
            guard let high = UInt64(full.prefix(16), radix: 16),
                let low = UInt64(full.suffix(16), radix: 16)
            else { return nil }
            return EventID(high: high, low: low)
        }
        guard let lower = id("0"), let upper = id("f") else { return [] }
        return try PredictionLedger.find(from: lower, through: upper, limit: limit, in: store)
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a") ... UInt8(ascii: "f")).contains(self | 0x20)
    }
}

extension Record {
    /// The prediction that it is.
    fileprivate func prediction() throws(EventError) -> (
        envelope: Envelope, predicted: PredictionEvent.Predicted
    ) {
        let (envelope, event) = try PredictionEvent.decode(self)
        guard case .predicted(let predicted) = event.fact else {
            throw .malformed("the event holds no fact")
        }
        return (envelope, predicted)
    }
}

extension PredictionEvent.Predicted {
    /// Up to where each input had been read.
    var cutOffsets: [Partition: Offset] {
        Dictionary(
            cut.map { (Partition($0.topic, $0.partition), $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension FeaturePlan {
    /// The values that come out of given records, read from the log and from nowhere else.
    func recompute(
        _ fields: [FieldValue],
        at instant: Instant,
        from records: [[Position]],
        log: any Log
    ) throws -> [FieldValue] {
        let known = try log.records(at: Set(records.joined()))
        var values: [FieldValue] = []
        var column = 0
        for part in parts {
            let taken = part.columns.indices.map { records[column + $0] }
            column += part.columns.count
            switch part.view {
            case .request(let view):
                let all = view.values(of: part.fields.map { fields[$0] })
                values += part.columns.map { all[$0] }
            case .stream(let view):
                let found = Set(taken.joined()).sorted().compactMap { position in
                    known[position].map { (position, $0) }
                }
                let read = view.read(
                    fields[part.fields[0]].joinBytes,
                    at: instant,
                    from: found
                )
                values += part.columns.map { read.values[$0] }
            }
        }
        return values
    }
}

extension Log {
    /// The records at given positions, those that are there. Blocks.
    fileprivate func records(at positions: Set<Position>) throws -> [Position: Record] {
        var found: [Position: Record] = [:]
        for (partition, list) in Dictionary(grouping: positions, by: \.partition) {
            guard let first = list.min(), let last = list.max() else { continue }
            try eachRecord(of: partition, from: first.offset, below: last.next) { records in
                for record in records {
                    let position = Position(partition, record.offset)
                    if positions.contains(position) { found[position] = record }
                }
            }
        }
        return found
    }
}
