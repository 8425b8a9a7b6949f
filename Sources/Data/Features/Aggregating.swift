internal import Bytes
internal import Records

extension FeatureColumn {
    /// The value over the rows of every partition from an instant on. The rows end before the instant that is read at.
    /// Sums run over the partitions in order, and in each over time: the same rows give the same bits.
    func value(over parts: [WindowRows], from lower: Int64) -> FieldValue {
        let starts = parts.map { $0.index(from: lower) }
        switch aggregation {
        case .count:
            return .int(zip(parts, starts).reduce(0) { $0 + Int64($1.0.count - $1.1) })
        case .last: return last(of: parts, starts)
        case .sum: return finite(sum(of: parts, starts).sum)
        case .mean:
            let (sum, count) = sum(of: parts, starts)
            return count == 0 ? .null : finite(sum / Double(count))
        case .stddev: return deviation(of: parts, starts)
        case .min: return extreme(of: parts, starts, isGreatest: false)
        case .max: return extreme(of: parts, starts, isGreatest: true)
        }
    }

    /// The rows that the value comes from, as (partition, row).
    func rows(of parts: [WindowRows], from lower: Int64) -> [(part: Int, row: Int)] {
        let starts = parts.map { $0.index(from: lower) }
        if aggregation == .last {
            return newest(of: parts, starts).map { [$0] } ?? []
        }
        var found: [(Int, Int)] = []
        for (part, start) in starts.enumerated() {
            for row in start ..< parts[part].count {
                if let slot, !parts[part].hasValue(row, slot) { continue }
                found.append((part, row))
            }
        }
        return found
    }

    private func finite(_ value: Double) -> FieldValue {
        value.isFinite ? .float(value.canonical) : .null
    }

    private func sum(of parts: [WindowRows], _ starts: [Int]) -> (sum: Double, count: Int) {
        guard let slot else { return (0, 0) }
        var sum = 0.0
        var count = 0
        for (part, start) in zip(parts, starts) {
            for row in start ..< part.count where part.hasValue(row, slot) {
                sum += part.number(row, slot)
                count += 1
            }
        }
        return (sum, count)
    }

    /// The sample standard deviation, in two passes: the mean, then the squares around it.
    private func deviation(of parts: [WindowRows], _ starts: [Int]) -> FieldValue {
        guard let slot else { return .null }
        let (sum, count) = sum(of: parts, starts)
        guard count > 1 else { return .null }
        let mean = sum / Double(count)
        var squares = 0.0
        for (part, start) in zip(parts, starts) {
            for row in start ..< part.count where part.hasValue(row, slot) {
                let distance = part.number(row, slot) - mean
                squares += distance * distance
            }
        }
        return finite((squares / Double(count - 1)).squareRoot())
    }

    private func extreme(
        of parts: [WindowRows],
        _ starts: [Int],
        isGreatest: Bool
    ) -> FieldValue {
        guard let slot else { return .null }
        var best: (part: Int, row: Int)?
        for (part, start) in starts.enumerated() {
            for row in start ..< parts[part].count where parts[part].hasValue(row, slot) {
                if let known = best {
                    let old = parts[known.part].order(known.row, slot)
                    let new = parts[part].order(row, slot)
                    guard isGreatest ? new > old : new < old else { continue }
                }
                best = (part, row)
            }
        }
        return best.map { parts[$0.part].value($0.row, slot) } ?? .null
    }

    private func last(of parts: [WindowRows], _ starts: [Int]) -> FieldValue {
        guard let slot, let (part, row) = newest(of: parts, starts) else { return .null }
        return parts[part].value(row, slot)
    }

    /// The greatest (event time, partition, offset).
    private func newest(of parts: [WindowRows], _ starts: [Int]) -> (part: Int, row: Int)? {
        var found: (part: Int, row: Int)?
        for (part, start) in starts.enumerated() where parts[part].count > start {
            let row = parts[part].count - 1
            if let known = found, parts[known.part].times[known.row] > parts[part].times[row] {
                continue
            }
            found = (part, row)
        }
        return found
    }
}
