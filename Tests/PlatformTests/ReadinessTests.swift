import Archive
import Bytes
import Datasets
import Events
import Logs
import ModelRegistry
import Projections
import Records
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform
@testable import Proof

@Suite struct `Readiness` {
    private let stream = Arrivals.definition("flights.arrived", partitions: 2)

    private func send(_ ids: Range<Int>, to log: any Log) async throws {
        for id in ids {
            _ = try await log.append(
                NewRecord(
                    key: nil,
                    value: Arrivals.record(id, at: TestClock.start + .seconds(Int64(id)))
                ),
                to: stream.topic,
                partition: Int32(id % 2)
            )
        }
    }

    /// Waits until exactly these reasons are given.
    private func expect(
        _ words: Set<NotReady.Word>,
        _ stand: Stand,
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        let wanted = words.map(\.rawValue).sorted().joined(separator: ", ")
        for _ in 0 ..< 6_000 {
            if Set(stand.platform.engine.reasons.map(\.word)) == words { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(
            "not within a minute: \(wanted); \(stand.platform.engine.troubles)",
            sourceLocation: place
        )
    }

    @Test func `is red while the log is away, when nothing is decided and nobody waits`()
        async throws
    {
        let log = FaultyLog(memoryLog(), seed: 1)
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await expect([], stand)
        var faults = FaultyLog.Faults.none
        faults.isAway = true
        log.set(faults)
        try await expect([.kafkaUnreachable], stand)
        let other = Arrivals.definition("flights.departed", partitions: 1)
        await #expect(throws: PlatformError.self) {
            try await stand.platform.apply([other], for: .anybody)
        }
        let error = try await refusal {
            _ = try await stand.platform.publish([[1]], to: stream.name)
        }
        #expect(error == "Kafka does not answer")
        #expect(try stand.catalog.stream(stream.name) != nil, "Reads go on.")
        log.set(.none)
        try await expect([], stand)
        _ = try await stand.platform.apply([other], for: .anybody)
        stand.stop()
    }

    @Test func `is red while the state's disk is full, and nothing is lost when it is not`()
        async throws
    {
        let log = memoryLog()
        let store = FullStore()
        let stand = try await Stand.start(log, store)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(0 ..< 20, to: log)
        try await stand.settle()
        let before = try stand.intakeDigests()
        store.fill(true)
        try await send(20 ..< 40, to: log)
        try await stand.eventually("the fold meets the end of the disk") { store.refusals > 1 }
        try await expect([.diskFull], stand)
        #expect(try stand.intakeDigests() == before, "Reads go on, of what was folded.")
        #expect(stand.platform.engine.stopReasons.isEmpty, "It waits, and does not stop.")
        store.fill(false)
        try await stand.settle()
        try await expect([], stand)
        try await stand.expectProof("after there was room again")
        #expect(
            try Intake.View(Intake(stream), partition: 0, in: stand.store).summary.accepted == 20
        )
        try await stand.eventually("the alert is over") {
            try stand.alerts().filter { $0.kind == "diskFull" }.allSatisfy { $0.resolvedAt != nil }
        }
        stand.stop()
    }

    @Test func `rows that are to be dropped are not folded on while the disk is full`()
        async throws
    {
        let log = memoryLog()
        let store = FullStore()
        let stand = try await Stand.start(log, store)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(0 ..< 20, to: log)
        try await stand.settle()
        store.fill(true)
        stand.platform.engine.rebuild(Intake(stream), on: Partition(stream.topic, 0))
        try await stand.eventually("the rows cannot be dropped") { store.refusals > 1 }
        store.fill(false)
        try await stand.eventually("they were dropped and folded anew") {
            stand.platform.engine.reasons.isEmpty
        }
        try await stand.settle()
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `is red until all that the log held at the start was folded`() async throws {
        let log = memoryLog()
        var stand = try await Stand.start(WatchedLog(log))
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(0 ..< 40, to: log)
        try await stand.settle()
        stand.stop()
        let watched = WatchedLog(log)
        watched.holdStreams(true)
        // With none of the rows, as after a restore from a copy of the log alone.
        stand = try await Stand.start(watched, seed: 2)
        try await expect([.catchingUp], stand)
        watched.holdStreams(false)
        try await expect([], stand)
        #expect(
            try Intake.View(Intake(stream), partition: 0, in: stand.store).summary.accepted == 20
        )
        stand.stop()
    }

    @Test func `is red while a topic is gone, and green when it is back`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(WatchedLog(log))
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(0 ..< 20, to: log)
        try await stand.settle()
        try log.delete(topic: stream.topic)
        try await expect([.topicMissing], stand)
        try log.create(TopicSpec(stream.topic, partitions: 2))
        try await send(0 ..< 20, to: log)
        try await expect([], stand)
        stand.stop()
    }

    @Test func `is red while a topic of the platform's own is gone`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(WatchedLog(log))
        try log.delete(topic: ModelEvent.topic.name)
        try await expect([.topicMissing], stand)
        #expect(stand.platform.engine.troubles.first?.contains("tributary.models") == true)
        stand.stop()
    }

    @Test func `is red when the platform's own records were deleted, until somebody accepts it`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(WatchedLog(log))
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await stand.settle()
        try log.trim(Partition(StreamEvent.topic.name, 0), before: 1)
        try await expect([.recordsLost], stand)
        let subjects = try await elsewhere { [platform = stand.platform] in
            try platform.proof.accept(
                "tributary.streams/0",
                reason: "a test",
                for: Caller(actor: "grace", route: "test")
            )
        }
        #expect(subjects == ["tributary.streams/0"])
        try await expect([], stand)
        try await elsewhere { [platform = stand.platform] in try platform.engine.checkTopics() }
        try await stand.settle()
        #expect(stand.platform.engine.reasons.isEmpty, "What was accepted is not told again.")
        let word = try #require(try stand.alerts().first { $0.kind == Proof.accepted })
        #expect(word.summary.contains("grace") && word.summary.contains("a test"))
        stand.stop()
    }

    @Test func `is red when a model at production is another file, before anybody asks`()
        async throws
    {
        let archive = MemoryArchive()
        let stand = try await Airport.serving(memoryLog(), archive: archive)
        let artifact = try #require(try ModelCatalog.View(stand.store).version("lateness", 1))
            .artifact
        try await elsewhere { [platform = stand.platform] in try platform.checkArchive() }
        #expect(stand.platform.engine.reasons.isEmpty)
        let bytes = try archive.bytes(of: artifact)
        var other = bytes
        other[other.count / 2] ^= 1
        archive.damage(artifact, with: other)
        try await expect([.archiveDamaged], stand)
        let report = try await elsewhere { [platform = stand.platform] in try platform.audit() }
        #expect(report.archive?.damages.map(\.digest) == [artifact])
        try await stand.eventually("an alert that names the version") {
            try stand.alerts().contains {
                $0.kind == "archiveDamaged" && $0.summary.contains("lateness@1")
            }
        }
        archive.damage(artifact, with: bytes)
        try await expect([], stand)
        try await stand.eventually("the alert is over") {
            try stand.alerts().allSatisfy { $0.resolvedAt != nil }
        }
        stand.stop()
    }

    @Test func `a file that changed is found, however many others are missing`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        var chunks: Set<Digest> = []
        for day in 0 ..< Int64(10) {
            let version = try await stand.seal(to: Airport.end - .seconds(day * 3_600))
            for chunk in version.manifest.contents.chunks { chunks.insert(chunk.digest) }
        }
        let inOrder = chunks.sorted { $0.hex < $1.hex }
        let changed = try #require(inOrder.last)
        #expect(inOrder.count > 9)
        func look() async throws {
            try await elsewhere { [platform = stand.platform] in try platform.checkArchive() }
        }
        try await look()
        for digest in inOrder.dropLast() { archive.damage(digest, with: nil) }
        archive.damage(changed, with: [1])
        func damage() -> Set<Digest> {
            Set(stand.platform.archiveWatch.withLock { $0.damage.keys })
        }
        for _ in 0 ..< 2 { try await look() }
        #expect(damage() == chunks)
        stand.stop()
    }

    @Test func `a full disk is told, whatever else cannot be found out`() async throws {
        let store = FullStore()
        let log = memoryLog()
        let stand = try await Stand.start(log, store)
        _ = try await stand.platform.apply([stream], for: .anybody)
        store.reads(allBut: AlertLedger.family)
        stand.platform.engine.watched.withLock { $0.areAlertsRead = false }
        try await stand.eventually("alerts cannot be read") {
            stand.notices.contains { $0.contains("refused on purpose") }
        }
        store.fill(true)
        try await send(0 ..< 2, to: log)
        try await stand.eventually("it is told") {
            stand.platform.engine.watched.withLock { $0.isFullnessTold }
        }
        #expect(stand.notices.count { $0.contains("reading which alerts are open") } == 1)
        store.fill(false)
        store.reads(allBut: nil)
        stand.stop()
    }

    @Test func `a chunk of a sealed version that changed is found by an audit`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        let version = try await stand.seal()
        let chunk = try #require(version.manifest.contents.chunks.first).digest
        archive.damage(chunk, with: nil)
        let report = try await elsewhere { [platform = stand.platform] in try platform.audit() }
        #expect(report.archive?.damages.map(\.digest) == [chunk])
        #expect(stand.platform.engine.reasons.isEmpty, "Nobody is answered by it.")
        stand.stop()
    }

    @Test func `a clock that goes back is told once, with both times`() async throws {
        let stand = try await Stand.start(memoryLog())
        await stand.lookAtClock()
        stand.clock.pass(86_400)
        await stand.lookAtClock()
        stand.clock.pass(-7_200)
        await stand.lookAtClock()
        await stand.lookAtClock()
        try await stand.eventually("one alert") {
            try stand.alerts().map(\.kind) == ["clockWentBack"]
        }
        let summary = try #require(try stand.alerts().first).summary
        #expect(summary.contains("2013-07-06T00:") && summary.contains("2013-07-05T22:"))
        stand.stop()
    }

    @Test func `a clock that stands behind the newest fact at the start is told`() async throws {
        let log = memoryLog()
        var stand = try await Stand.start(WatchedLog(log))
        stand.clock.pass(20 * 86_400)
        _ = try await stand.platform.apply([stream], for: .anybody)
        stand.stop()
        stand = try await Stand.start(WatchedLog(log), seed: 2)
        try await stand.eventually("an alert") {
            try stand.alerts().map(\.kind) == ["clockWentBack"]
        }
        stand.stop()
    }
}

extension Stand {
    func lookAtClock() async { platform.engine.checkClock() }
}
