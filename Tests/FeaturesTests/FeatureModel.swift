import Bytes
import Features
import Logs
import Records

/// Records of a stream that were accepted, in plain arrays, and what a view must give of them.
struct FeatureModel {
    /// A record that was accepted.
    struct Sighting {
        var position: Position
        var time: Int64
        /// In the order of the stream's fields.
        var values: [FieldValue]
    }

    let source: FeatureViewDefinition.StreamSource
    let stream: StreamDefinition
    var sightings: [Sighting] = []
    /// The same as the view's `where`.
    let counts: (Sighting) -> Bool

    func read(
        _ entity: [UInt8],
        at instant: Instant,
        cut: [Offset]?
    ) -> (values: [FieldValue], records: [[Position]]) {
        let field = index(of: source.entity)
        let mine = sightings.filter { sighting in
            !sighting.values[field].isNull && sighting.values[field].textBytes == entity
                && counts(sighting) && sighting.time < instant.microseconds
                && cut.map {
                    sighting.position.offset < $0[Int(sighting.position.partition.index)]
                } ?? true
        }.sorted {
            ($0.position.partition.index, $0.time, $0.position.offset)
                < ($1.position.partition.index, $1.time, $1.position.offset)
        }
        var (values, records): ([FieldValue], [[Position]]) = ([], [])
        for feature in source.features {
            for window in feature.over.isEmpty ? [source.ttl] : feature.over.map({ $0 }) {
                let rows = mine.filter { sighting in
                    window.map { sighting.time >= instant.microseconds - $0.microseconds } ?? true
                }
                let (value, behind) = aggregate(feature, rows)
                values.append(value)
                records.append(behind.map(\.position))
            }
        }
        return (values, records)
    }

    private func index(of name: String) -> Int {
        stream.fields.firstIndex { $0.name == name } ?? -1
    }

    /// The value, and the rows that it comes from.
    private func aggregate(
        _ feature: FeatureViewDefinition.Aggregate,
        _ rows: [Sighting]
    ) -> (FieldValue, [Sighting]) {
        guard let name = feature.field else { return (.int(Int64(rows.count)), rows) }
        let field = index(of: name)
        if feature.aggregation == .last {
            let last = rows.max {
                ($0.time, $0.position.partition.index, $0.position.offset)
                    < ($1.time, $1.position.partition.index, $1.position.offset)
            }
            return (last?.values[field] ?? .null, last.map { [$0] } ?? [])
        }
        let with = rows.filter { !$0.values[field].isNull }
        let numbers = with.map { number($0.values[field]) }
        let sum = numbers.reduce(0, +)
        let mean = sum / Double(numbers.count)
        switch feature.aggregation {
        case .sum: return (finite(sum), with)
        case .mean: return (numbers.isEmpty ? .null : finite(mean), with)
        case .stddev:
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let value = (squares / Double(numbers.count - 1)).squareRoot()
            return (numbers.count < 2 ? .null : finite(value), with)
        case .min: return (with.map { $0.values[field] }.min(by: isLess) ?? .null, with)
        case .max: return (with.map { $0.values[field] }.max(by: isLess) ?? .null, with)
        default: return (.null, [])
        }
    }

    private func finite(_ value: Double) -> FieldValue { value.isFinite ? .float(value) : .null }

    private func number(_ value: FieldValue) -> Double {
        switch value {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Double(value)
        case .float(let value): value
        case .null, .string, .timestamp: .nan
        }
    }

    private func isLess(_ one: FieldValue, _ other: FieldValue) -> Bool {
        if case .int(let a) = one, case .int(let b) = other { return a < b }
        return number(one) < number(other)
    }
}

/// What of one partition's records counts, as plain variables hold it.
struct GateModel {
    let lateness: Int64
    private var latest: Int64?
    private var seen: [Int64: Int64] = [:]
    private var sequences: [String: Int64] = [:]

    init(lateness: TimeSpan) { self.lateness = lateness.microseconds }

    mutating func isNew(_ sequence: Int64, of source: String) -> Bool {
        guard sequence > sequences[source, default: 0] else { return false }
        sequences[source] = sequence
        return true
    }

    mutating func admits(_ id: Int64, at time: Int64) -> Bool {
        let watermark = latest.map { $0 - lateness }
        if let watermark, time < watermark { return false }
        if let before = seen[id], before >= watermark ?? .min { return false }
        seen[id] = time
        // A record moves the watermark at most to the moment at which it came.
        let reached = min(time, Sightings.received.microseconds)
        latest = max(latest ?? reached, reached)
        return true
    }
}
