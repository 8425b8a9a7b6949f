import Bytes
import Logs
import Projections
import Synchronization
import Testing

@Suite struct `What follows from a batch` {
    /// Two partitions, of which only the first has something to be answered.
    private func stage(
        _ birds: Birds,
        _ faults: FaultyLog.Faults
    ) throws -> (ProjectorStage, FaultyLog) {
        let faulty = FaultyLog(birds.log, seed: 1, faults: faults)
        let stage = try ProjectorStage(faulty, try totalsStore()) {
            Offset(try birds.answers().last?.split(separator: " ").last ?? "-1") ?? -1
        }
        for index in Int32(0) ..< 2 {
            stage.projector.add(Totals(), to: Partition("birds", index))
        }
        return (stage, faulty)
    }

    @Test func `holds up nobody else while the log does not answer`() async throws {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.mutedTopics = ["answers"]
        let (stage, faulty) = try stage(birds, faults)
        try await birds.append("a", nil)
        for _ in 0 ..< 50 { try await birds.append("owl", "1", partition: 1) }
        try await stage.reach(50, in: 1)
        for _ in 0 ..< 50 { try await birds.append("jay", "1", partition: 1) }
        try await stage.reach(100, in: 1)
        #expect(stage.projector.seats.first { $0.partition.index == 0 }?.progress.next == 0)
        faulty.close()
        stage.projector.stop()
    }

    @Test func `is sent again until it is there, and raises an alarm if that lasts`() async throws {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.awayTopics = ["answers"]
        let (stage, faulty) = try stage(birds, faults)
        for key in ["a", "b", "c"] { try await birds.append(key, nil) }
        try await stage.eventually("it is said") { stage.told.reports.count == 1 }
        #expect(stage.stopped()?.contains("cannot be appended") == true)
        try await birds.append("owl", "1", partition: 1)
        try await stage.reach(1, in: 1)
        faulty.set(.none)
        try await stage.reach(3)
        #expect(stage.stopped() == nil)
        stage.projector.stop()
        #expect(try birds.answers() == ["a at 0", "b at 1", "c at 2"])
        #expect(stage.told.reports.count == 1)
    }

    @Test func `stands still alone where the log takes it never, and goes on once it does`()
        async throws
    {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.forbiddenTopics = ["answers"]
        let (stage, faulty) = try stage(birds, faults)
        try await birds.append("a", nil)
        try await birds.append("owl", "1")
        try await stage.eventually("it stands still") { stage.stopped() != nil }
        #expect(stage.stopped()?.contains("forbidden on purpose") == true)
        #expect(try stage.count("owl") == nil, "Nothing lands before its answers.")
        try await birds.append("jay", "1", partition: 1)
        try await stage.reach(1, in: 1)
        #expect(stage.told.reports.count == 1)
        faulty.set(.none)
        try await stage.reach(2)
        #expect(stage.stopped() == nil)
        #expect(try stage.count("owl") == 1)
        stage.projector.stop()
        #expect(try birds.answers() == ["a at 0"])
    }

    @Test func `goes in its shorter form where the log does not take it whole`() async throws {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.longestRecordBytes = 1_000
        let (stage, _) = try stage(birds, faults)
        let long = String(repeating: "x", count: 2_000)
        for key in ["a", long, "c"] { try await birds.append(key, nil) }
        try await stage.reach(3)
        stage.projector.stop()
        #expect(try birds.answers() == ["a at 0", "xxxxxxxx at 1", "c at 2"])
        #expect(stage.told.reports.isEmpty)
    }

    @Test func `waits until it is known what was answered, and holds up nobody meanwhile`()
        async throws
    {
        let birds = try Birds()
        let answered = Mutex<Offset?>(nil)
        var faults = FaultyLog.Faults()
        faults.lostAcknowledgement = 1
        let faulty = FaultyLog(birds.log, seed: 1)
        let isKnown = Atomic(true)
        let stage = try ProjectorStage(faulty, try totalsStore()) {
            isKnown.load(ordering: .acquiring) ? answered.withLock { $0 } ?? -1 : nil
        }
        for index in Int32(0) ..< 2 {
            stage.projector.add(Totals(), to: Partition("birds", index))
        }
        try await stage.eventually("both sit") { stage.projector.seats.count == 2 }
        isKnown.store(false, ordering: .releasing)
        faulty.set(faults)
        for key in ["a", "b"] { try await birds.append(key, nil) }
        for _ in 0 ..< 50 { try await birds.append("owl", "1", partition: 1) }
        try await stage.reach(50, in: 1)
        #expect(stage.projector.seats.first?.progress.next == 0)
        faulty.set(.none)
        answered.withLock { $0 = 0 }
        isKnown.store(true, ordering: .releasing)
        try await stage.reach(2)
        stage.projector.stop()
        #expect(try birds.answers() == ["a at 0", "b at 1"])
    }

    @Test func `ends with the projector, whatever it waits for`() async throws {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.mutedTopics = ["answers"]
        let (stage, faulty) = try stage(birds, faults)
        try await birds.append("a", nil)
        try await birds.append("owl", "1", partition: 1)
        try await stage.reach(1, in: 1)
        // It comes back: that is what is tested.
        stage.projector.stop()
        #expect(stage.projector.seats.first?.progress.next == 0)
        faulty.close()
    }

    @Test func `of many records holds up no other partition, however much is held for it`()
        async throws
    {
        let birds = try Birds()
        var faults = FaultyLog.Faults()
        faults.delay = 1
        faults.longestDelay = TimeSpan(microseconds: 500)
        let (stage, _) = try stage(birds, faults)
        for number in 0 ..< 500 { try await birds.append("bad \(number)", nil) }
        for _ in 0 ..< 500 { try await birds.append("owl", "1", partition: 1) }
        try await stage.reach(500, in: 1)
        try await stage.reach(500)
        stage.projector.stop()
        #expect(try birds.answers() == (0 ..< 500).map { "bad \($0) at \($0)" })
    }
}
