import Chance
import Events
import Foundation
import Logs
import Platform
import Records
import Testing

@testable import Engine

@Suite struct `Dead letters at random` {
    /// Values that were trouble once, or could be.
    private static let corpus: [[UInt8]?] =
        [
            nil, [], [0], [0xFF, 0xFE, 0xFD], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
            [UInt8](repeating: 0x5B, count: 5_000), [UInt8](repeating: 0x22, count: 70_000),
        ]
        + [
            "{", "{}", "[]", "null", "\"\"", "1e999", "NaN", "{\"id\":1,\"id\":2}",
            "{\"id\":\"\\ud800\"}", "{\"id\":\"\\u0000\"}", "{\"id\":99999999999999999999999}",
            "{\"id\":1.5}", "{\"at\":\"2013-02-30T00:00:00Z\"}", "{\"at\":\"yesterday\"}",
            "{\"miles\":-0.0}", "{\"late\":\"true\"}", "{\"status\":\"lost\"}", " {}\n", "{}{}",
        ].map { Array($0.utf8) }

    /// Five seconds, or as many as `TRIBUTARY_FUZZ_SECONDS` says. A seed of `TRIBUTARY_FUZZ_SEED` runs again what failed.
    @Test func `hold what could not be taken, one for each`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["TRIBUTARY_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: .min ... .max)
        let seconds = environment["TRIBUTARY_FUZZ_SECONDS"].flatMap { Int($0) } ?? 5
        print("Dead letters at random: seed \(seed), \(seconds) s.")
        var random = SeededRandom(seed: seed)
        let end = ContinuousClock.now + .seconds(seconds)
        var (sent, refused) = (0, 0)
        repeat {
            let round = try await self.round(&random, seed)
            sent += round.sent
            refused += round.refused
        } while ContinuousClock.now < end
        #expect(refused > 0, "seed \(seed)")
        print("Dead letters at random: \(refused) of \(sent) records were refused.")
    }

    private func round(
        _ random: inout SeededRandom,
        _ seed: UInt64
    ) async throws -> (sent: Int, refused: Int) {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        defer { stand.stop() }
        _ = try await stand.platform.apply([Arrivals.definition], for: .anybody)
        let good = HostileRecords(
            count: 100,
            hostile: 30,
            partitions: Arrivals.definition.partitions,
            seed: random.next(),
            largest: 0
        ).arrivals
        var sent: [Position: NewRecord] = [:]
        for arrival in good {
            let isKnown = Int.random(in: 0 ..< 3, using: &random) == 0
            let value = isKnown ? Self.corpus.randomElement(using: &random) ?? nil : arrival.value
            let record = NewRecord(
                key: Bool.random(using: &random) ? nil : Self.bytes(upTo: 40, &random),
                value: value.map { changed($0, &random) },
                headers: (0 ..< Int.random(in: 0 ... 3, using: &random)).map { number in
                    Header("h\(number % 2)", Bool.random(using: &random) ? nil : [UInt8(number)])
                }
            )
            let position = try await log.append(
                record,
                to: Arrivals.definition.topic,
                partition: arrival.partition
            )
            sent[position] = record
        }
        try await stand.settle()
        var seen: Set<Position> = []
        for letter in try log.refusedRecords() {
            let position = Position(Partition(letter.topic, letter.partition), letter.offset)
            let told: Comment = "seed \(seed), \(position): \(letter.reason), \(letter.detail)"
            let record = try #require(sent[position], told)
            #expect(seen.insert(position).inserted, told)
            #expect(letter.hasValue == (record.value != nil), told)
            #expect(letter.hasKey == (record.key != nil), told)
            #expect(letter.value.elementsEqual(record.value ?? []), told)
            #expect(letter.key.elementsEqual(record.key ?? []), told)
            #expect(letter.headers.map(\.name) == record.headers.map(\.name), told)
            #expect(!letter.reason.isEmpty && !letter.detail.isEmpty, told)
        }
        #expect(
            stand.platform.engine.stopReasons.isEmpty,
            "seed \(seed): \(stand.platform.engine.stopReasons)"
        )
        try expectDecoding(log, &random, seed)
        return (sent.count, seen.count)
    }

    /// A letter of which bytes changed is read or refused, and ends nothing.
    private func expectDecoding(
        _ log: MemoryLog,
        _ random: inout SeededRandom,
        _ seed: UInt64
    ) throws {
        for index in 0 ..< DeadLetterEvent.topic.partitions {
            for record in try log.records(of: Partition(DeadLetterEvent.topic.name, index)) {
                var broken = record
                broken.value = record.value.map { changed(Array($0), &random, always: true)[...] }
                do throws(EventError) {
                    let (_, event) = try DeadLetterEvent.decode(broken)
                    if case .refused(let letter) = event.fact {
                        #expect(letter.value.count <= record.value?.count ?? 0, "seed \(seed)")
                    }
                } catch {
                    // It is refused, as it should be.
                }
            }
        }
    }

    private static func bytes(upTo most: Int, _ random: inout SeededRandom) -> [UInt8] {
        (0 ..< Int.random(in: 0 ... most, using: &random)).map { _ in
            UInt8.random(in: 0 ... 255, using: &random)
        }
    }

    /// A few bytes are others, are gone, or come twice; or none.
    private func changed(
        _ bytes: [UInt8],
        _ random: inout SeededRandom,
        always: Bool = false
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0 ..< Int.random(in: (always ? 1 : 0) ... 3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0 ..< bytes.count, using: &random)
            switch Int.random(in: 0 ..< 4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0 ... 255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(bytes[place], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}
