import Bytes
import Logs
import Records
import Testing

@testable import Engine
@testable import Platform

@Suite struct `The share of refused records` {
    private typealias Look = RefusalWatch.Look
    private let start = ContinuousClock.now

    private func look(_ accepted: Int64, _ refused: [String: Int64] = [:]) -> Look {
        Look(accepted: accepted, refused: refused)
    }

    @Test func `is too large from a hundred and a tenth on`() {
        var watch = RefusalWatch()
        func verdict(_ second: Int64, _ look: Look) -> RefusalWatch.Verdict {
            watch.note(look, at: start + .seconds(second))
        }
        #expect(verdict(0, look(10_000, ["late": 5_000])) == .unknown, "That was before.")
        #expect(verdict(5, look(10_000, ["late": 5_099])) == .unknown)
        #expect(
            verdict(10, look(10_500, ["late": 5_090 + 60, "notJSON": 40]))
                == .tooMany(refused: 190, of: 690, reasons: ["late": 150, "notJSON": 40])
        )
        #expect(verdict(15, look(11_810, ["late": 5_150, "notJSON": 40])) == .fine)
    }

    @Test func `is forgotten after five minutes`() {
        var watch = RefusalWatch()
        _ = watch.note(look(0), at: start)
        let bad = look(100, ["late": 900])
        #expect(
            watch.note(bad, at: start + .seconds(5))
                == .tooMany(refused: 900, of: 1_000, reasons: ["late": 900])
        )
        #expect(
            watch.note(bad, at: start + .seconds(299))
                == .tooMany(refused: 900, of: 1_000, reasons: ["late": 900])
        )
        #expect(watch.note(bad, at: start + .seconds(310)) == .fine)
    }

    @Test func `says nothing of rows that are folded anew`() {
        var watch = RefusalWatch()
        _ = watch.note(look(1_000, ["late": 10]), at: start)
        #expect(watch.note(look(5, ["late": 500]), at: start + .seconds(5)) == .unknown)
    }

    @Test func `is told, and when it is well again`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let stream = Arrivals.definition("flights.arrived", partitions: 1)
        _ = try await stand.platform.apply([stream], for: .anybody)
        let now = ContinuousClock.now
        // All of it comes before anybody has looked: the stream is new.
        for id in 0 ..< 150 {
            let value =
                id % 3 == 0
                ? Arrivals.record(id, at: TestClock.start + .seconds(Int64(id)))
                : Array("none".utf8)
            _ = try await log.append(
                NewRecord(key: nil, value: value),
                to: stream.topic,
                partition: 0
            )
        }
        try await stand.settle()
        func alert() throws -> AlertLedger.Alert? {
            try stand.alerts().first { $0.kind == Platform.recordsRefused }
        }
        for second in [5, 10] as [Int64] {
            try stand.platform.watchRefusals(now + .seconds(second))
            try await stand.settle()
        }
        let raised = try #require(try alert())
        #expect(raised.subject == "flights.arrived")
        #expect(
            raised.summary
                == "100 of the last 150 records of flights.arrived were refused: 100 notJSON."
        )
        #expect(raised.detail.contains("flights.arrived/0@149"), "\(raised.detail)")
        #expect(raised.count == 1 && raised.resolvedAt == nil)
        try stand.platform.watchRefusals(now + .seconds(400))
        try await stand.settle()
        #expect(try alert()?.resolvedAt != nil)
        stand.stop()
    }
}
