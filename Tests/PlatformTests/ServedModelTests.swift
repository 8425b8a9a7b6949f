import Archive
import Bytes
import Datasets
import Events
import Features
import Logs
import ModelRegistry
import Projections
import Store
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A served model` {
    private static let request = Airport.flights[200].request

    private static func versions(_ count: Int, in stand: Stand) async throws {
        for number in 0 ..< count {
            try await stand.apply(Airport.model(rounds: 5 + 3 * number))
            _ = try await stand.train()
        }
    }

    @Test func `is the one that stands at the stage, after promotion and roll back`() async throws {
        let stand = try await Airport.open(memoryLog(), more: Airport.endpoint())
        _ = try await stand.seal()
        try await Self.versions(2, in: stand)
        func version() async throws -> Int64? {
            try await stand.predict([Self.request]).first?.predicted.version
        }
        try await stand.promote(1)
        #expect(try await version() == 1)
        let first = try await stand.predict([Self.request]).first?.predicted.probability
        try await stand.promote(2)
        #expect(try await version() == 2)
        #expect(try await stand.predict([Self.request]).first?.predicted.probability != first)
        try await stand.rollBack()
        #expect(try await version() == 1)
        #expect(try await stand.predict([Self.request]).first?.predicted.probability == first)
        try await stand.apply(Airport.endpoint(model: "lateness@2"))
        #expect(try await version() == 2, "A version that is named stays.")
        try await stand.apply(Airport.endpoint(model: "lateness@test"))
        let nobody = try await refusal { _ = try await version() }
        #expect(nobody.contains("no version at test"), "\(nobody)")
        try await stand.promote(2, to: .test)
        #expect(try await version() == 2)
        let unknown = try await refusal {
            try await stand.apply(Airport.endpoint(model: "lateness@7"))
            _ = try await version()
        }
        #expect(unknown.hasPrefix("there is no version lateness@7"), "\(unknown)")
        stand.stop()
    }

    @Test func `goes on reading the views that it was trained with`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        var stand = try await Airport.serving(log, archive: archive)
        let former = try #require(try stand.view("punctuality")).served
        let before = try #require(try await stand.predict([Self.request]).first)
        try await stand.change(former)
        #expect(stand.isSeated(former.generation), "The model at production reads it.")
        func expectSame() async throws {
            let after = try #require(try await stand.predict([Self.request]).first)
            #expect(after.values == before.values)
            #expect(after.predicted.complete)
            #expect(after.predicted.views == before.predicted.views)
            #expect(after.predicted.probability == before.predicted.probability)
        }
        try await expectSame()
        #expect(
            try stand.features("AA").count == 3,
            "Whoever asks for the view gets the changed one."
        )
        stand.stop()
        stand = try await Stand.start(log, archive: archive, seed: 2)
        try await stand.settle()
        try await expectSame()
        try await stand.expectProof()
        let result = try await stand.reexecute()
        #expect(result.differences.isEmpty, "\(result.differences)")
        stand.stop()
    }

    @Test func `that is named by an endpoint keeps its views too`() async throws {
        let stand = try await Airport.open(
            memoryLog(),
            more: Airport.endpoint(model: "lateness@1")
        )
        _ = try await stand.seal()
        try await Self.versions(1, in: stand)
        let former = try #require(try stand.view("punctuality")).served
        let before = try #require(try await stand.predict([Self.request]).first)
        try await stand.change(former)
        #expect(stand.isSeated(former.generation))
        #expect(try await stand.predict([Self.request]).first?.values == before.values)
        stand.stop()
    }

    @Test func `gets its views back when it is promoted after they were changed`() async throws {
        let stand = try await Airport.open(memoryLog(), more: Airport.endpoint())
        _ = try await stand.seal()
        try await Self.versions(1, in: stand)
        let former = try #require(try stand.view("punctuality")).served
        try await stand.change(former)
        try await stand.eventually("nobody reads the former rows") {
            !stand.isSeated(former.generation)
        }
        try await stand.promote(1)
        try await stand.eventually("somebody reads the former rows again") {
            stand.isSeated(former.generation)
        }
        try await stand.settle()
        let prediction = try #require(try await stand.predict([Self.request]).first)
        #expect(prediction.predicted.complete)
        #expect(prediction.values.prefix(2).allSatisfy { $0.number > 0 })
        stand.stop()
    }

    @Test func `that is damaged answers nobody, and keeps the platform from being ready`()
        async throws
    {
        let log = memoryLog()
        let archive = MemoryArchive()
        var stand = try await Airport.serving(log, archive: archive)
        let artifact = try #require(try ModelCatalog.View(stand.store).version("lateness", 1))
            .artifact
        stand.stop()
        var bytes = try archive.bytes(of: artifact)
        bytes[bytes.count / 2] ^= 1
        archive.damage(artifact, with: bytes)
        stand = try await Stand.start(log, archive: archive, seed: 2)
        try await stand.settle()
        try await stand.eventually("the endpoint's trouble is told") {
            stand.platform.engine.troubles.contains {
                $0.hasPrefix("archiveDamaged: the endpoint lateness cannot answer: ")
                    && $0.contains(artifact.description)
            }
        }
        let error = await #expect(throws: ArchiveError.self) {
            try await stand.predict([Self.request])
        }
        #expect(
            error
                == .corrupt(expected: artifact, found: Digest(of: bytes), "its bytes have changed")
        )
        // The same training gives the same bytes.
        #expect(try await stand.train().artifact == artifact)
        #expect(try await stand.predict([Self.request]).first?.predicted.version == 1)
        try await stand.eventually("the trouble is over") { stand.platform.engine.troubles.isEmpty }
    }

    @Test func `that an endpoint follows at development keeps its views`() async throws {
        let stand = try await Airport.open(
            memoryLog(),
            more: Airport.endpoint(model: "lateness@development")
        )
        _ = try await stand.seal()
        try await Self.versions(1, in: stand)
        let former = try #require(try stand.view("punctuality")).served
        let before = try #require(try await stand.predict([Self.request]).first)
        try await stand.change(former)
        #expect(stand.isSeated(former.generation))
        #expect(try await stand.predict([Self.request]).first?.values == before.values)
        stand.stop()
    }

    @Test func `keeps the views of whom a roll back of the test stage would choose`() async throws {
        let stand = try await Airport.open(memoryLog())
        _ = try await stand.seal()
        try await Self.versions(1, in: stand)
        try await stand.promote(1, to: .test)
        let former = try #require(try stand.view("punctuality")).served
        try await stand.change(former)
        _ = try await stand.seal()
        for _ in 0 ..< 2 { _ = try await stand.train(on: "late@2") }
        try await stand.promote(2, to: .test)
        try await stand.promote(3, to: .test)
        // The last one before is not taken away from production, so the roll back goes further.
        try await stand.promote(2)
        try await stand.settle()
        #expect(stand.isSeated(former.generation))
        stand.stop()
    }

    @Test func `leaves its views when it has no way back`() async throws {
        let archive = MemoryArchive()
        let log = memoryLog()
        let stand = try await Airport.serving(log, archive: archive)
        let former = try #require(try stand.view("punctuality")).served
        let prediction = try #require(try await stand.predict([Self.request]).first)
        try await stand.change(former)
        _ = try await stand.seal()
        for _ in 0 ..< 2 { _ = try await stand.train(on: "late@2") }
        try await stand.promote(2)
        #expect(stand.isSeated(former.generation), "A roll back would go there.")
        try await stand.rollBack()
        #expect(try await stand.predict([Self.request]).first?.values == prediction.values)
        try await stand.promote(2)
        try await stand.promote(3)
        try await stand.eventually("nobody reads the former rows") {
            !stand.isSeated(former.generation)
        }
        try await stand.settle()
        // What it said then can still be explained.
        let explanation = try await stand.explain(prediction.id.description)
        #expect(explanation.differences == [])
        #expect(explanation.features.map(\.value) == prediction.values)
        #expect(try await stand.reexecute().differences.isEmpty)
        stand.stop()
    }
}

extension Stand {
    func isSeated(_ generation: Digest) -> Bool {
        platform.engine.seats.contains { $0.generation == generation }
    }

    func rollBack() async throws {
        _ = try await platform.rollBack(
            "lateness",
            .production,
            reason: "it drifts",
            caller: .anybody
        )
    }

    /// Changes the view of carriers, and waits until the changed one is served.
    func change(_ former: FeatureCatalog.Declaration) async throws {
        try await apply(Airport.punctuality(over: "[12h]"))
        try await eventually("the changed view is served") {
            let entry = try view("punctuality")
            return entry?.next == nil && entry?.served.generation != former.generation
        }
        try await settle()
    }
}
