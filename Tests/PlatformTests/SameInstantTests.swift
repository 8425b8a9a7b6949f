import Bytes
import JSON
import Logs
import Records
import Testing

@testable import Platform

/// Timestamps are one entity where they are one instant, however they are written.
@Suite struct `An instant written otherwise` {
    private static let text = """
        kind: Stream
        name: slots
        spec:
          partitions: 1
          format: json
          key: hall
          time: at
          lateness: 1h
          fields: {hall: string, slot: timestamp, at: timestamp, price: int64}
        ---
        kind: FeatureView
        name: prices
        spec:
          stream: slots
          entity: slot
          features:
            price: {sum: price, over: [24h]}
        """

    private static func send(_ slot: String, _ price: Int64, to log: any Log) async throws {
        let at = TestClock.start.rfc3339
        let value = #"{"hall":"a","slot":"\#(slot)","at":"\#(at)","price":\#(price)}"#
        let record = NewRecord(key: nil, value: Array(value.utf8))
        _ = try await log.append(record, to: "slots", partition: 0)
    }

    @Test func `is the same entity`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Self.text)
        try await Self.send("2026-01-01T01:00:00+01:00", 5, to: log)
        try await Self.send("2026-01-01T00:00:00Z", 7, to: log)
        try await Self.send("2026-01-01T00:00:01Z", 9, to: log)
        try await stand.settle()
        for slot in [
            "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-12-31T19:00:00-05:00",
        ] {
            let answer = try stand.platform.features(
                of: "prices",
                ["slot": .string(slot)],
                at: TestClock.start + .seconds(60),
                withRecords: false
            )
            guard case .float(12) = answer.features[0].value else {
                Issue.record("\(slot): \(answer.features)")
                continue
            }
        }
        stand.stop()
    }
}
