import Bytes
import Experiments
import Lab
import Testing

@Suite struct `A metric of a run` {
    private func ledger() throws -> Ledger {
        let ledger = try Ledger()
        try ledger.start("r1")
        return ledger
    }

    @Test func `is read by name and in the order of its rounds`() throws {
        let ledger = try ledger()
        try ledger.start("r10")
        try ledger.log("r1", Metric("loss", step: 10, 0.1), Metric("auc", 0.9))
        try ledger.log("r1", Metric("loss", step: 2, 0.2), Metric("loss", step: 1, -0.0))
        try ledger.log("r10", Metric("loss", step: 3, 7))
        let series = try ledger.view.metrics("r1")
        #expect(series.map(\.name) == ["auc", "loss"])
        #expect(series[0].points == [.init(step: 0, value: 0.9, at: Ledger.start + .seconds(2))])
        #expect(series[1].points.map(\.step) == [1, 2, 10])
        #expect(series[1].points.map(\.value) == [0, 0.2, 0.1])
        #expect(try ledger.view.metrics("r10").map(\.points.count) == [1])
        #expect(try ledger.view.metrics("r").isEmpty)
    }

    @Test func `that is logged again has its later value`() throws {
        let ledger = try ledger()
        try ledger.log("r1", Metric("auc", step: 1, 0.5), Metric("auc", step: 1, 0.6))
        try ledger.log("r1", Metric("auc", step: 1, 0.7))
        #expect(try ledger.view.metrics("r1").map { $0.points.map(\.value) } == [[0.7]])
        #expect(
            try ledger.view(asOf: 1).metrics("r1").map { $0.points.map(\.value) } == [[0.6]]
        )
    }

    @Test func `is no fact where there is none`() throws {
        let ledger = try ledger()
        try ledger.log("r1")
        #expect(ledger.records[0]?.count == 1)
    }

    @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")])
    func `that is no finite number is refused by name`(_ value: Double, _ text: String) throws {
        let ledger = try ledger()
        #expect(
            try refusal { try ledger.log("r1", Metric("auc", 1), Metric("loss", step: 3, value)) }
                == "the metric loss of the run r1 is \(text) at step 3, which is no finite number. "
                + "Leave it out, or end the run as failed"
        )
        #expect(try ledger.view.metrics("r1").isEmpty, "All of them are logged, or none.")
    }

    @Test func `needs a name, and a step that there is`() throws {
        let ledger = try ledger()
        #expect(
            try refusal { try ledger.log("r1", Metric("", step: 2, 1.5)) }
                == "a metric of the run r1 has no name (step 2, value 1.5). Give it one"
        )
        #expect(
            try refusal { try ledger.log("r1", Metric("auc", step: -1, 1.5)) }
                == "the metric auc of the run r1 is logged for step -1. Steps count from 1; 0 is the whole run"
        )
    }
}
