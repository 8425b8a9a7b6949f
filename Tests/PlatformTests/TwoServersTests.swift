import Bytes
import Events
import Logs
import Projections
import Records
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Two servers over one log` {
    private let first: Stand
    private let second: Stand
    private let log = memoryLog()

    init() async throws {
        first = try await Stand.start(log, seed: 1)
        second = try await Stand.start(log, seed: 2)
    }

    private func definition(_ description: String) -> StreamDefinition {
        Arrivals.definition("flights.arrived", partitions: 1, description: description)
    }

    /// What came of a request: its position, or the word for why not.
    private func outcome(_ body: () async throws -> Effect) async throws -> String {
        do {
            return try await body().position?.description ?? "unchanged"
        } catch PlatformError.refused(let refusal) where refusal.isUnknown {
            return "unknown"
        } catch PlatformError.keyReused {
            return "keyReused"
        }
    }

    @Test func `decide on what they have seen, so that one of two wins`() async throws {
        for round in 0 ..< 40 {
            let applied = try await first.platform.apply(
                [definition("\(round)")],
                for: .anybody
            )
            try await second.platform.engine.reach(try #require(applied[0].effect.position))
            async let one = outcome {
                try await first.platform.delete("Stream", "flights.arrived", for: .anybody)
            }
            async let other = outcome {
                try await second.platform.delete("Stream", "flights.arrived", for: .anybody)
            }
            let outcomes = try await [one, other]
            #expect(outcomes.contains("unknown"), "round \(round): \(outcomes)")
            #expect(Set(outcomes).count == 2, "round \(round): \(outcomes)")
        }
        try await expectOneState()
    }

    @Test func `take one of two requests under one key, and tell the other`() async throws {
        for round in 0 ..< 40 {
            let bodies = ["\(round), one", "\(round), other"]
            let definitions = bodies.map(definition)
            async let one = outcome {
                let caller = Caller.keyed("key \(round)", body: bodies[0])
                return try await first.platform.apply([definitions[0]], for: caller)[0].effect
            }
            async let other = outcome {
                let caller = Caller.keyed("key \(round)", body: bodies[1])
                return try await second.platform.apply([definitions[1]], for: caller)[0].effect
            }
            let outcomes = try await [one, other]
            #expect(outcomes.count { $0 == "keyReused" } == 1, "round \(round): \(outcomes)")
        }
        #expect(try effectiveFacts(in: log).count == 40)
        try await expectOneState()
    }

    @Test func `answer one request under one key alike`() async throws {
        for round in 0 ..< 40 {
            let definition = definition("\(round)")
            let caller = Caller.keyed("key \(round)", body: "\(round)")
            async let one = outcome {
                try await first.platform.apply([definition], for: caller)[0].effect
            }
            async let other = outcome {
                try await second.platform.apply([definition], for: caller)[0].effect
            }
            let outcomes = try await [one, other]
            #expect(Set(outcomes).count == 1, "round \(round): \(outcomes)")
        }
        #expect(try effectiveFacts(in: log).count == 40)
        try await expectOneState()
    }

    @Test func `both fold and answer what was declared at one of them`() async throws {
        try await first.apply(Airport.everything + "\n---\n" + Airport.endpoint())
        try await Airport.depart(in: log)
        try await Airport.arrive(in: log)
        try await first.close()
        _ = try await first.seal()
        try await second.eventually("the other one has seats for it too") {
            Set(second.platform.engine.seats.map(\.generation))
                == Set(first.platform.engine.seats.map(\.generation))
        }
        try await second.settle()
        let rows = try second.features("AA")
        #expect(try rows == first.features("AA"))
        first.stop()
        second.stop()
    }

    /// Both have folded the same, and stop.
    private func expectOneState() async throws {
        var digests: [Digest?] = []
        for stand in [first, second] {
            try await stand.settle()
            digests.append(try stand.digests()["streams on tributary.streams/0"])
            try await stand.expectProof()
            stand.stop()
        }
        #expect(digests[0] != nil)
        #expect(digests[0] == digests[1])
    }
}
