import Bytes
import Experiments
import Lab
import Testing

@Suite struct `A training run` {
    private let artifact = Run.Artifact("model.json", digest: Digest(of: [9]), byteCount: 1_234)

    @Test func `is kept with everything that decides what it makes`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        let run = try #require(try ledger.view.run("r1"))
        #expect(run.given == Ledger.given("late-arrival"))
        #expect(run.status == .running)
        #expect(run.startedAt == Ledger.start)
        #expect(run.finishedAt == nil)
        #expect(run.actor == "ada")
    }

    @Test func `ends with what it made`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        try ledger.finish("r1", artifacts: [artifact])
        let run = try #require(try ledger.view.run("r1"))
        #expect(run.status == .succeeded)
        #expect(run.artifacts == [artifact])
        #expect(run.reason.isEmpty)
        #expect(run.finishedAt == Ledger.start + .seconds(1))
    }

    @Test func `that failed says why`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        try ledger.finish("r1", .failed("there are no rows"))
        #expect(try ledger.view.run("r1")?.status == .failed)
        #expect(try ledger.view.run("r1")?.reason == "there are no rows")
    }

    @Test func `is listed under its model, the newest first`() throws {
        let ledger = try Ledger()
        try ledger.start("z", model: "a")
        try ledger.start("m", model: "ab")
        try ledger.start("a", model: "a")
        #expect(try ledger.view.runs(model: "a").map(\.id) == ["a", "z"])
        #expect(try ledger.view.runs(model: "ab").map(\.id) == ["m"])
        #expect(try ledger.view.runs(model: "b").isEmpty)
        #expect(try ledger.view.runs().map(\.id) == ["a", "m", "z"])
    }

    @Test func `is found by as much of its id as no other has`() throws {
        let ledger = try Ledger()
        for run in ["0193a", "0193b", "0193bc"] { try ledger.start(run) }
        #expect(try ledger.view.run(beginningWith: "0193a").id == "0193a")
        #expect(try ledger.view.run(beginningWith: "0193bc").id == "0193bc")
        // A whole id is that run, though others begin so.
        #expect(try ledger.view.run(beginningWith: "0193b").id == "0193b")
        #expect(throws: RunRefusal.ambiguousRun("019", ["0193a", "0193b", "0193bc"])) {
            try ledger.view.run(beginningWith: "019")
        }
        #expect(throws: RunRefusal.unknownRun("0194")) {
            try ledger.view.run(beginningWith: "0194")
        }
        #expect(try ledger.view(asOf: 0).run(beginningWith: "019").id == "0193a")
    }

    @Test func `names five of the runs that begin alike`() throws {
        let ledger = try Ledger()
        for number in 1 ... 7 { try ledger.start("0193\(number)") }
        let said = try #require(try refusal { _ = try ledger.view.run(beginningWith: "01") })
        #expect(said.contains("01931, 01932, 01933, 01934, 01935 and more."), "\(said)")
    }

    @Test func `is read as it was before and after each fact`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        try ledger.log("r1", Metric("auc", step: 1, 0.5))
        try ledger.log("r1", Metric("auc", step: 1, 0.75), Metric("auc", step: 2, 0.8))
        try ledger.finish("r1", artifacts: [artifact])
        let statuses = try (-1 ..< 4).map { try ledger.view(asOf: $0).run("r1")?.status }
        #expect(statuses == [nil, .running, .running, .running, .succeeded])
        let values = try (Int64(-1) ..< 4).map { offset in
            try ledger.view(asOf: offset).metrics("r1").flatMap { $0.points.map(\.value) }
        }
        #expect(values == [[], [], [0.5], [0.75, 0.8], [0.75, 0.8]])
        #expect(try ledger.view(asOf: -1).runs(model: "late-arrival").isEmpty)
        #expect(try ledger.view(asOf: 0).runs(model: "late-arrival").count == 1)
    }

    @Test func `is started once`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        #expect(
            try refusal { try ledger.start("r1") }
                == "there is a run r1 already. Start another under an id of its own"
        )
    }

    @Test func `that nobody started takes nothing`() throws {
        let ledger = try Ledger()
        let why = "there is no run r1. `tributary get run` lists those there are"
        #expect(try refusal { try ledger.log("r1", Metric("auc", 1)) } == why)
        #expect(try refusal { try ledger.finish("r1") } == why)
    }

    @Test func `that has ended takes nothing more`() throws {
        let ledger = try Ledger()
        try ledger.start("r1")
        try ledger.start("r2")
        try ledger.finish("r1")
        try ledger.finish("r2", .failed("no rows"))
        for (run, status) in [("r1", "succeeded"), ("r2", "failed")] {
            let why = "the run \(run) has \(status), and takes nothing more. Start another"
            #expect(try refusal { try ledger.log(run, Metric("auc", 1)) } == why)
            #expect(try refusal { try ledger.finish(run) } == why)
        }
    }
}
