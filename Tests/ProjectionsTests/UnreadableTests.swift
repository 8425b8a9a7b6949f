import Logs
import Projections
import Testing

@Suite struct `A place of the log that cannot be read` {
    private let bad = Position(Birds.partition, 2)

    /// Five records in the first partition, of which the third cannot be read.
    private func stage() async throws -> (Birds, ProjectorStage) {
        let birds = try Birds()
        for _ in 0 ..< 5 { try await birds.append("owl", "1") }
        try birds.log.spoil(bad)
        let stage = try ProjectorStage(birds.log, try totalsStore())
        for index in Int32(0) ..< 2 {
            stage.projector.add(Totals(), to: Partition("birds", index))
        }
        return (birds, stage)
    }

    @Test func `stops its own partition behind what comes before it, and no other`() async throws {
        let (birds, stage) = try await stage()
        try await stage.eventually("it stands still") { stage.stopped() != nil }
        #expect(stage.projector.seats.first?.progress.next == 2)
        #expect(stage.stopped()?.contains("spoiled on purpose") == true)
        for _ in 0 ..< 3 {
            try await birds.append("jay", "1", partition: 1)
            try await stage.eventually("the other goes on") {
                try stage.count("jay", in: 1)
                    == (try birds.log.bounds(of: .init("birds", 1)))
                    .upperBound
            }
        }
        #expect(stage.stopped(in: 1) == nil)
        stage.projector.stop()
        #expect(stage.told.reports.count == 1, "It says so once, however often it is tried.")
        #expect(try stage.count("owl") == 2)
    }

    @Test func `is read as soon as it can be`() async throws {
        let (birds, stage) = try await stage()
        try await stage.eventually("it stands still") { stage.stopped() != nil }
        try birds.log.mend(bad)
        try await stage.reach(5)
        #expect(stage.stopped() == nil)
        #expect(try stage.count("owl") == 5)
        stage.projector.stop()
    }

    @Test func `is left behind when the log has let go of it`() async throws {
        let (birds, stage) = try await stage()
        try await stage.eventually("it stands still") { stage.stopped() != nil }
        try birds.log.trim(Birds.partition, before: 3)
        try await stage.reach(5)
        #expect(stage.stopped() == nil)
        #expect(try stage.count("owl") == 2)
        stage.projector.stop()
        #expect(
            stage.told.reports.dropFirst() == [
                .recordsLost(projection: "totals", partition: Birds.partition, from: 2, to: 3)
            ]
        )
    }
}
