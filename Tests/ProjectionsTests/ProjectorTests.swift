import Bytes
import Glibc
import Logs
import Projections
import Store
import Synchronization
import Testing

@Suite struct `A projector` {
    /// How often it was asked up to where everything was answered.
    private final class Attempts: Sendable {
        let count = Atomic(0)
    }

    @Test func `folds what is there and what comes, and goes on where its rows end`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        try await birds.append("owl", "1")
        var stage = try ProjectorStage(birds.log, store)
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(1)
        try await birds.append("owl", "2")
        try await stage.reach(2)
        stage.projector.stop()
        try await birds.append("owl", "3")
        stage = try ProjectorStage(birds.log, store)
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(3)
        stage.projector.stop()
        #expect(try stage.count("owl") == 3)
        #expect(stage.told.reports.isEmpty)
    }

    @Test func `drops the rows of whoever is taken off, also where he has no seat`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        try await birds.append("owl", "1")
        let stage = try ProjectorStage(birds.log, store, mayDrop: { _ in false })
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(1)
        stage.projector.rebuild(generation: Totals().generation, on: Birds.partition)
        try await stage.eventually("it waits") { !stage.projector.waits.isEmpty }
        #expect(try stage.count("owl") == 1)
        stage.projector.remove(Totals())
        try await stage.eventually("no rows are left") { try stage.count("owl") == nil }
        stage.projector.stop()
    }

    @Test func `drops the rows of whoever is taken off while it is found out where he begins`()
        async throws
    {
        let birds = try Birds()
        let store = try totalsStore()
        try await birds.append("owl", "1")
        let isAsked = Atomic(false)
        let isOver = Atomic(false)
        let stage = try ProjectorStage(
            birds.log,
            store,
            mayDrop: { _ in
                isAsked.store(true, ordering: .releasing)
                while !isOver.load(ordering: .acquiring) { usleep(1_000) }
                return false
            }
        )
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(1)
        stage.projector.rebuild(generation: Totals().generation, on: Birds.partition)
        try await stage.eventually("it is asked") { isAsked.load(ordering: .acquiring) }
        stage.projector.remove(Totals())
        try await stage.eventually("no rows are left") { try stage.count("owl") == nil }
        isOver.store(true, ordering: .releasing)
        stage.projector.stop()
    }

    @Test func `drops no rows before that may be, and holds up nobody meanwhile`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        for index in [0, 1] as [Int32] { try await birds.append("owl", "1", partition: index) }
        let may = Atomic(false)
        let stage = try ProjectorStage(
            birds.log,
            store,
            mayDrop: { _ in may.load(ordering: .acquiring) }
        )
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(1)
        stage.projector.rebuild(generation: Totals().generation, on: Birds.partition)
        try await stage.eventually("it waits") { !stage.projector.waits.isEmpty }
        stage.projector.add(Totals(), to: Partition("birds", 1))
        try await stage.reach(1, in: 1)
        #expect(try stage.count("owl") == 1)
        #expect(!stage.told.reports.map(\.word).contains("rebuilding"))
        may.store(true, ordering: .releasing)
        try await stage.eventually("it is said") {
            stage.told.reports.map(\.word).contains("rebuilding")
        }
        try await stage.reach(1)
        stage.projector.stop()
        #expect(try stage.count("owl") == 1)
        #expect(stage.told.reports.count { $0.word == "rebuilding" } == 1)
    }

    @Test func `stops at a fact of a later release with what came before it landed`() async throws {
        let birds = try Birds()
        for key in ["owl", "owl", "later", "owl"] { try await birds.append(key, "1") }
        let stage = try ProjectorStage(birds.log, try totalsStore())
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(2)
        for _ in 0 ..< 200 where stage.projector.seats.first?.stopped == nil {
            try await Task.sleep(for: .milliseconds(5))
        }
        let seat = try #require(stage.projector.seats.first)
        #expect(seat.progress.next == 2)
        #expect(seat.stopped?.contains("birds.v9.Flew") == true)
        #expect(seat.stopped?.contains("birds/0@2") == true)
        #expect(try stage.count("owl") == 2)
        stage.projector.stop()
        #expect(stage.told.reports.count == 1, "It says so once.")
    }

    @Test func `builds rows of another fold version anew without an alarm`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        try await birds.append("owl", "1")
        let first = try ProjectorStage(birds.log, store)
        first.projector.add(Totals(), to: Birds.partition)
        try await first.reach(1)
        first.projector.stop()
        let second = try ProjectorStage(birds.log, store)
        second.projector.add(Totals(foldVersion: 2), to: Birds.partition)
        try await second.reach(1)
        second.projector.stop()
        #expect(try second.count("owl") == 1)
        #expect(second.projector.seats.first?.progress.foldVersion == 2)
        #expect(second.told.reports.isEmpty)
    }

    @Test func `notices another log under the same name, while it works and while it does not`()
        async throws
    {
        let birds = try Birds()
        let store = try totalsStore()
        for _ in 0 ..< 4 { try await birds.append("owl", "1") }
        var stage = try ProjectorStage(birds.log, store)
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(4)
        try birds.log.delete(topic: "birds")
        try birds.log.create(TopicSpec("birds", partitions: 2))
        for _ in 0 ..< 5 { try await birds.append("jay", "2") }
        for _ in 0 ..< 2_000 where try stage.count("jay") != 5 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try stage.count("jay") == 5)
        #expect(try stage.count("owl") == nil)
        stage.projector.stop()
        var kinds = stage.told.reports.map(\.word)
        #expect(kinds == ["topicMissing", "logChanged"])

        try birds.log.delete(topic: "birds")
        try birds.log.create(TopicSpec("birds", partitions: 2))
        try await birds.append("wren", "3")
        stage = try ProjectorStage(birds.log, store)
        stage.projector.add(Totals(), to: Birds.partition)
        for _ in 0 ..< 2_000 where try stage.count("wren") != 1 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try stage.count("wren") == 1)
        #expect(try stage.count("jay") == nil)
        stage.projector.stop()
        kinds = stage.told.reports.map(\.word)
        #expect(kinds == ["logChanged"])
    }

    @Test func `says once for each reason why it waits, and begins when it can`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        try await birds.append("owl", "of another log")
        let former = try ProjectorStage(birds.log, store)
        former.projector.add(Totals(), to: Birds.partition)
        try await former.reach(1)
        former.projector.stop()
        try birds.log.delete(topic: "birds")
        let isAnswered = Atomic(false)
        let attempts = Attempts()
        let stage = try ProjectorStage(birds.log, store) { _ throws(LogError) in
            attempts.count.add(1, ordering: .relaxed)
            guard isAnswered.load(ordering: .acquiring) else {
                throw LogError.unreachable("no answer on purpose")
            }
            return true
        }
        stage.projector.add(Totals(), to: Birds.partition)
        // Long enough for a second attempt, which must not say the same again.
        try await Task.sleep(for: .milliseconds(1_500))
        #expect(stage.told.reports.map(\.word) == ["waiting"])
        try birds.log.create(TopicSpec("birds", partitions: 2))
        try await birds.append("owl", "1")
        for _ in 0 ..< 1_000 where stage.told.reports.count < 2 {
            try await Task.sleep(for: .milliseconds(5))
        }
        // What comes is heard of twice, and said once.
        let seen = attempts.count.load(ordering: .relaxed)
        for _ in 0 ..< 12_000 where attempts.count.load(ordering: .relaxed) < seen + 2 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(attempts.count.load(ordering: .relaxed) >= seen + 2)
        let second = try #require(stage.told.reports.dropFirst().first)
        #expect(second.word == "waiting" && "\(second)".contains("no answer on purpose"))
        isAnswered.store(true, ordering: .releasing)
        try await stage.reach(1)
        stage.projector.stop()
        // What lasts for longer is told as standing still.
        #expect(
            stage.told.reports.dropFirst(2).allSatisfy {
                $0.word.hasPrefix("stopped") || $0.word == "logChanged"
            }
        )
        #expect(Set(stage.told.reports).count == stage.told.reports.count, "Each is said once.")
    }

    @Test func `says which records went away before it had folded them`() async throws {
        let birds = try Birds()
        let store = try totalsStore()
        for _ in 0 ..< 3 { try await birds.append("owl", "1") }
        let first = try ProjectorStage(birds.log, store)
        first.projector.add(Totals(), to: Birds.partition)
        try await first.reach(3)
        first.projector.stop()
        for _ in 0 ..< 5 { try await birds.append("jay", "2") }
        try birds.log.trim(Birds.partition, before: 6)
        let second = try ProjectorStage(birds.log, store)
        second.projector.add(Totals(), to: Birds.partition)
        try await second.reach(8)
        second.projector.stop()
        #expect(
            second.told.reports == [
                .recordsLost(projection: "totals", partition: Birds.partition, from: 3, to: 6)
            ]
        )
        #expect(try second.count("jay") == 2)
        #expect(try second.count("owl") == nil, "Rows begin anew behind the gap.")
        #expect(second.projector.seats.first?.progress.base == 6)
    }
}
