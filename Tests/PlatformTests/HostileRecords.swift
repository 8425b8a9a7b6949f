import Bytes
import Chance

/// What can be wrong with a record.
enum Hostility: String, CaseIterable {
    case notJSON, notUTF8, cutShort, missingField, nullField, notANumber, infinite, textForNumber
    case fractionalInteger, integerTooLarge, integerTooLargeForFloat, tooLarge, year1900, year2100
    case late, duplicateIdentity, duplicateKey, emptyValue, tombstone, wrongEnum, notATime
    case notAnObject, tooDeep

    /// The word in the dead letter.
    var reason: String {
        switch self {
        case .notJSON, .cutShort, .notANumber: "notJSON"
        case .notUTF8: "notUTF8"
        case .missingField: "missingField"
        case .nullField: "nullField"
        case .infinite: "notFinite"
        case .textForNumber: "wrongType"
        case .fractionalInteger: "fractionalInteger"
        case .integerTooLarge: "integerOutOfRange"
        case .integerTooLargeForFloat: "integerTooLargeForFloat"
        case .tooLarge: "tooLarge"
        case .year1900: "tooEarly"
        case .year2100: "tooLate"
        case .late: "late"
        case .duplicateIdentity: "duplicate"
        case .duplicateKey: "duplicateKey"
        case .emptyValue, .tombstone: "emptyValue"
        case .wrongEnum: "notOneOf"
        case .notATime: "notATimestamp"
        case .notAnObject: "notAnObject"
        case .tooDeep: "tooDeep"
        }
    }
}

/// Records of `Arrivals` in the order in which they are sent, some of them hostile.
struct HostileRecords {
    /// One record, and what is wrong with it.
    struct Arrival: Sendable {
        var partition: Int32
        var value: [UInt8]?
        var hostility: Hostility?
    }

    private(set) var arrivals: [Arrival] = []
    private var random: SeededRandom
    private let partitions: Int
    private var latest: [Instant?]
    /// What was accepted last in each partition.
    private var recent: [[(id: Int, time: Instant)]]
    private static let lateness = TimeSpan.seconds(60)
    private static let large = [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20)

    /// `largest` records have ten megabytes: they are refused unread, and a few are enough.
    init(count: Int, hostile: Int, partitions: Int32, seed: UInt64, largest: Int = 2) {
        random = SeededRandom(seed: seed)
        self.partitions = Int(partitions)
        latest = Array(repeating: nil, count: Int(partitions))
        recent = Array(repeating: [], count: Int(partitions))
        let fates = fates(count, hostile, largest)
        for (index, hostility) in fates.enumerated() {
            let partition =
                index < 4 * self.partitions
                ? index % self.partitions : Int.random(in: 0 ..< self.partitions, using: &random)
            let value = value(hostility, in: partition, number: index)
            arrivals.append(
                Arrival(partition: Int32(partition), value: value, hostility: hostility)
            )
        }
    }

    /// What is to be wrong with each record. The first few are good, because a record is late or a
    /// duplicate only behind another.
    private mutating func fates(_ count: Int, _ hostile: Int, _ largest: Int) -> [Hostility?] {
        let others = Hostility.allCases.filter { $0 != .tooLarge }
        var fates = [Hostility?](repeating: .tooLarge, count: min(largest, hostile))
        while fates.count < hostile { fates.append(others[fates.count % others.count]) }
        let start = 4 * partitions
        fates += [Hostility?](repeating: nil, count: count - hostile - start)
        fates.shuffle(using: &random)
        return [Hostility?](repeating: nil, count: start) + fates
    }

    private mutating func value(
        _ hostility: Hostility?,
        in partition: Int,
        number: Int
    ) -> [UInt8]? {
        let jitter = TimeSpan(microseconds: Int64.random(in: 0 ..< 50_000_000, using: &random))
        let time = TestClock.start + .seconds(Int64(number)) - jitter
        // A hostile record has the number of the next good one: what is refused leaves no trace.
        let id = recent.map(\.count).reduce(0, +)
        guard let hostility else {
            latest[partition] = max(latest[partition] ?? time, time)
            recent[partition].append((id, time))
            return Arrivals.record(id, at: time)
        }
        let newest = latest[partition] ?? time
        switch hostility {
        case .notJSON: return Array("id=\(id), at=\(time)".utf8)
        case .notUTF8:
            return Arrivals.record(id, at: time, ["tail": "\"N~JB\""])
                .map { $0 == UInt8(ascii: "~") ? 0xFF : $0 }
        case .cutShort: return Array(Arrivals.record(id, at: time).dropLast(3))
        case .missingField: return Arrivals.record(id, at: time, ["miles": String?.none])
        case .nullField: return Arrivals.record(id, at: time, ["miles": "null"])
        case .notANumber: return Arrivals.record(id, at: time, ["miles": "NaN"])
        case .infinite: return Arrivals.record(id, at: time, ["miles": "1e999"])
        case .textForNumber: return Arrivals.record(id, at: time, ["miles": "\"2475.5\""])
        case .fractionalInteger: return Arrivals.record(id, at: time, ["delay": "3.5"])
        case .integerTooLarge: return Arrivals.record(id, at: time, ["delay": "2147483648"])
        case .integerTooLargeForFloat:
            return Arrivals.record(id, at: time, ["miles": "9007199254740993"])
        case .tooLarge: return Self.large
        case .year1900: return Arrivals.record(id, at: time, ["at": "\"1900-07-05T12:00:00Z\""])
        case .year2100: return Arrivals.record(id, at: time, ["at": "\"2100-07-05T12:00:00Z\""])
        case .late:
            let behind = Int64.random(in: 1 ..< 9_000_000, using: &random)
            return Arrivals.record(
                id,
                at: newest - Self.lateness - TimeSpan(microseconds: behind)
            )
        case .duplicateIdentity:
            let known = recent[partition].filter { $0.time >= newest - Self.lateness }
            guard let seen = known.randomElement(using: &random) else {
                preconditionFailure("The newest record of a partition is not late.")
            }
            return Arrivals.record(seen.id, at: newest)
        case .duplicateKey: return Arrivals.record(id, at: time, more: ",\"more\":1,\"more\":1")
        case .emptyValue: return []
        case .tombstone: return nil
        case .wrongEnum: return Arrivals.record(id, at: time, ["status": "\"lost\""])
        case .notATime: return Arrivals.record(id, at: time, ["at": "\"2013-07-05 noon\""])
        case .notAnObject: return Array("[\(id)]".utf8)
        case .tooDeep:
            let depth = 200
            let deep =
                String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return Arrivals.record(id, at: time, more: ",\"more\":" + deep)
        }
    }
}
