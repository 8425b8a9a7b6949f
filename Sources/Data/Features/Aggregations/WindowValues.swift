internal import Bytes
public import Records

/// The rows of an entity in one window: of every partition in turn, and in each over time. The same rows come in the same
/// order, so that sums over them have the same bits.
public struct WindowValues {
    private let parts: [WindowRows]
    /// The first row of each partition that is in the window. The rows end before the instant that is read at.
    private let starts: [Int]
    /// Which of the values of a row is aggregated; nil where the rows are counted, whatever is in them.
    private let slot: Int?

    /// One row.
    public struct Row: Sendable, Hashable {
        let part: Int
        let row: Int
    }

    init(_ parts: [WindowRows], from lower: Int64, slot: Int?) {
        self.parts = parts
        starts = parts.map { $0.index(from: lower) }
        self.slot = slot
    }

    /// Every row that has a value; every row where none is aggregated.
    public func each(_ body: (Row) -> Void) {
        for (part, start) in starts.enumerated() {
            for row in start ..< parts[part].count {
                if let slot, !parts[part].hasValue(row, slot) { continue }
                body(Row(part: part, row: row))
            }
        }
    }

    /// Every value as a number. Nothing where none is aggregated.
    public func eachNumber(_ body: (Double) -> Void) {
        guard let slot else { return }
        for (part, start) in zip(parts, starts) {
            for row in start ..< part.count where part.hasValue(row, slot) {
                body(part.number(row, slot))
            }
        }
    }

    /// How many rows there are, with a value or without.
    public var rowCount: Int { zip(parts, starts).reduce(0) { $0 + $1.0.count - $1.1 } }

    /// The row with the greatest (event time, partition, offset), with a value or without.
    public var newest: Row? {
        var found: Row?
        for (part, start) in starts.enumerated() where parts[part].count > start {
            let row = parts[part].count - 1
            if let known = found, parts[known.part].times[known.row] > parts[part].times[row] {
                continue
            }
            found = Row(part: part, row: row)
        }
        return found
    }

    public func value(of row: Row) -> FieldValue {
        slot.map { parts[row.part].value(row.row, $0) } ?? .null
    }

    /// The value that comes first of all, as numbers compare: the earliest row's, where several are equal.
    /// `isGreatest`: The one that comes last instead.
    func extreme(isGreatest: Bool) -> FieldValue {
        guard let slot else { return .null }
        var best: Row?
        each { row in
            if let known = best {
                let old = parts[known.part].order(known.row, slot)
                let new = parts[row.part].order(row.row, slot)
                guard isGreatest ? new > old : new < old else { return }
            }
            best = row
        }
        return best.map { value(of: $0) } ?? .null
    }

    /// The values added up, and how many there are.
    func sum() -> (sum: Double, count: Int) {
        var sum = 0.0
        var count = 0
        eachNumber {
            sum += $0
            count += 1
        }
        return (sum, count)
    }
}

extension FieldValue {
    /// A number as a feature has it; no value where it is none or has no end.
    public init(finite number: Double) {
        self = number.isFinite ? .float(number.canonical) : .null
    }
}

extension FeatureColumn {
    /// The value over the rows of every partition from an instant on.
    func value(over parts: [WindowRows], from lower: Int64) -> FieldValue {
        aggregation.value(of: WindowValues(parts, from: lower, slot: slot))
    }

    /// The rows that the value comes from.
    func rows(of parts: [WindowRows], from lower: Int64) -> [WindowValues.Row] {
        let values = WindowValues(parts, from: lower, slot: slot)
        guard !aggregation.readsNewest else { return values.newest.map { [$0] } ?? [] }
        var found: [WindowValues.Row] = []
        values.each { found.append($0) }
        return found
    }
}
