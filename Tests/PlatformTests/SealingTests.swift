import Archive
import Bytes
import Datasets
import Events
import Logs
import Records
import Store
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Sealing a dataset` {
    @Test func `takes each row with the label that came within its window`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(
            memoryLog(),
            archive: archive,
            more: nil
        )
        try await stand.apply(Airport.dataset(within: "1h"))
        let version = try await stand.seal()
        let rows = try version.rows(in: archive)
        let window = TimeSpan.seconds(3_600)
        let expected = Airport.flights.filter {
            $0.delay != nil && $0.knownAt < $0.scheduled + window
        }
        #expect((20 ..< 200).contains(expected.count))
        #expect(rows.map(\.id) == expected.map { .int($0.id) })
        #expect(rows.map(\.time.instant) == expected.map(\.scheduled))
        #expect(rows.map(\.label) == expected.map { .bool(($0.delay ?? 0) > 15) })
        stand.stop()
    }

    @Test func `gives each row what was known at its time, and nothing later`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        let version = try await stand.seal()
        #expect(
            version.manifest.columns.features.map(\.name) == [
                "punctuality__flights_6h", "punctuality__flights_24h", "punctuality__delay_6h",
                "punctuality__delay_24h", "punctuality__last", "flight__hour", "flight__distance",
            ]
        )
        for row in try version.rows(in: archive) {
            guard case .int(let id) = row.id else { continue }
            #expect(row.values == Self.known(at: Airport.flights[Int(id)]), "flight \(id)")
        }
        stand.stop()
    }

    /// The features of a departure, counted by hand.
    private static func known(at flight: Airport.Flight) -> [FieldValue] {
        func landed(within hours: Int64) -> [Airport.Flight] {
            Airport.flights.filter {
                $0.carrier == flight.carrier && $0.delay != nil && $0.knownAt < flight.scheduled
                    && $0.knownAt >= flight.scheduled - .seconds(hours * 3_600)
            }
        }
        func mean(_ flights: [Airport.Flight]) -> FieldValue {
            let sum = flights.compactMap(\.delay).reduce(0, +)
            return flights.isEmpty ? .null : .float(Double(sum) / Double(flights.count))
        }
        let (six, day) = (landed(within: 6), landed(within: 24))
        let last = landed(within: 7 * 24).max { $0.knownAt < $1.knownAt }
        let hour = flight.scheduled.microseconds / 3_600_000_000 % 24
        return [
            .int(Int64(six.count)), .int(Int64(day.count)), mean(six), mean(day),
            last?.delay.map { .int($0) } ?? .null, .int(hour), .float(Double(flight.distance)),
        ]
    }

    @Test func `leaves out the rows for which the condition is not true`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        try await stand.apply(Airport.dataset(where: "label != null && distance > 1000"))
        let rows = try await stand.seal().rows(in: archive)
        let expected = Airport.flights.filter { $0.delay != nil && $0.distance > 1_000 }
        #expect(rows.map(\.id) == expected.map { .int($0.id) })
        stand.stop()
    }

    @Test func `is refused past the last closed label, and says how far it may go`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Airport.everything)
        #expect(
            try await refusal { _ = try await stand.seal() }.hasPrefix(
                "nothing of Dataset late can be sealed yet"
            )
        )
        try await Airport.depart(in: log)
        try await Airport.arrive(in: log)
        try await stand.settle()
        let latest = try #require(
            [0, 1].compactMap { partition in
                Airport.flights.filter { $0.id / 2 % 2 == partition }.map(\.knownAt).max()
            }.min()
        )
        let why = try await refusal { _ = try await stand.seal() }
        #expect(
            why.contains("the latest instant that can be sealed is \(latest - .seconds(43_200))"),
            "\(why)"
        )
        #expect(try await stand.seal(to: latest - .seconds(43_200)).number == 1)
        #expect(try DatasetCatalog.View(stand.store).versions("late").count == 1)
        stand.stop()
    }

    @Test func `is refused for a span without rows, and for what is not there`() async throws {
        let stand = try await Airport.open(memoryLog())
        let before = try await refusal {
            _ = try await stand.seal(from: Airport.start - .day, to: Airport.start)
        }
        #expect(before.hasPrefix("Dataset late has no row between"), "\(before)")
        let empty = try await refusal { _ = try await stand.seal(from: Airport.end) }
        #expect(empty.contains("`from` must be before `to`"), "\(empty)")
        let unknown = try await refusal {
            _ = try await stand.platform.seal(
                "later",
                from: Airport.start,
                to: Airport.end,
                for: .anybody
            )
        }
        #expect(unknown.hasPrefix("there is no Dataset later"), "\(unknown)")
        stand.stop()
    }

    @Test func `answers the version that has the same rows, however far the log has gone on`()
        async throws
    {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Airport.open(log, archive: archive)
        let first = try await stand.seal()
        let pieces = try archive.digests()
        for id in Int64(1_000) ..< 1_010 {
            var flight = Airport.flights[0]
            flight.id = id
            flight.scheduled = Airport.end + .seconds(id)
            flight.knownAt = Airport.end + .seconds(id + 10_000)
            try await Airport.depart([flight], in: log)
            try await Airport.arrive([flight], in: log)
        }
        try await stand.settle()
        let (second, effect) = try await stand.platform.seal(
            "late",
            from: Airport.start,
            to: Airport.end,
            for: .anybody
        )
        #expect(second == first)
        #expect(effect == .unchanged)
        #expect(try archive.digests() == pieces)
        let shorter = try await stand.seal(to: Airport.end - .seconds(1))
        #expect(shorter.number == 2, "Another span is another version.")
        stand.stop()
    }

    @Test func `gives the same chunks in every process`() async throws {
        let whole = memoryLog()
        let stand = try await Airport.open(whole)
        let version = try await stand.seal()
        stand.stop()
        // The same records, read while they trickle in, and with a stop in between.
        let log = memoryLog()
        let store = MemoryStore()
        var other = try await Stand.start(log, store, seed: 2)
        try await other.apply(Airport.everything)
        let half = Airport.flights.prefix(Airport.flightCount / 2)
        for start in stride(from: 0, to: half.count, by: 7) {
            try await Airport.depart(half.dropFirst(start).prefix(7), in: log)
            try await other.settle()
        }
        other.stop()
        try await Airport.arrive(in: log)
        other = try await Stand.start(log, store, seed: 3)
        try await Airport.depart(Airport.flights.dropFirst(half.count), in: log)
        try await other.close()
        let same = try await other.seal()
        #expect(same.manifest.contents == version.manifest.contents)
        #expect(same.manifest.generation == version.manifest.generation)
        #expect(same.manifest.views == version.manifest.views)
        #expect(same.manifest.cut == version.manifest.cut)
        other.stop()
    }

    @Test func `can be proven, and a byte that was changed in the archive is found`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        let version = try await stand.seal()
        func verify() async throws -> DatasetVerification {
            try await elsewhere { [platform = stand.platform] in
                try platform.verifyDataset("late", 1)
            }
        }
        let sound = try await verify()
        #expect(sound.isIntact)
        #expect(sound.rows == version.manifest.contents.rows)
        let chunk = try #require(version.manifest.contents.chunks.first)
        let bytes = try archive.bytes(of: chunk.digest)
        for place in [0, bytes.count / 2, bytes.count - 1] {
            var damaged = bytes
            damaged[place] ^= 1
            archive.damage(chunk.digest, with: damaged)
            let damage = try await verify().damages.first
            #expect(damage?.expected == chunk.digest, "byte \(place)")
            #expect(damage?.found == Digest(of: damaged), "byte \(place)")
        }
        archive.damage(chunk.digest, with: nil)
        #expect(try await !verify().isIntact)
        #expect(throws: (any Error).self) { try version.rows(in: archive) }
        stand.stop()
    }
}

extension DatasetVersion {
    /// Every row, as the archive has it.
    func rows(in archive: any Archive) throws -> [DatasetRow] {
        var reader = DatasetReader(manifest, in: archive)
        var rows: [DatasetRow] = []
        while let more = try reader.nextChunk() { rows += more }
        return rows
    }
}
