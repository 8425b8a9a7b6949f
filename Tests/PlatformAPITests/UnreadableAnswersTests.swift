import Bytes
import Engine
import Events
import Logs
import SwiftProtobuf
import Testing

@testable import Platform

/// What routes answer about a definition that another release took, and this one refuses.
@Suite struct `A definition that is refused by now` {
    private static let text = """
        {"kind":"Stream","name":"birds","description":"","owner":"","spec":{"topic":"birds","partitions":1,\
        "retention":"forever","format":"json","key":"id","time":"at","lateness":"400d",\
        "fields":{"id":"string","at":"timestamp"}}}
        """
    private static let reason = "`lateness` is 0s to 366d, not 400d."

    @Test func `is listed and shown with the reason, takes no records, and can be deleted`()
        async throws
    {
        try await HTTPStand.run { stand in
            let event = StreamEvent.with {
                $0.declared = .with {
                    $0.name = "birds"
                    $0.definition = Self.text
                    $0.generation = .init(Digest(of: Array(Self.text.utf8)).bytes)
                }
            }
            let envelope = Envelope(
                id: EventID(of: Array("birds".utf8)),
                subject: "birds",
                time: Instant(microseconds: 1_356_998_400_000_000),
                actor: "grace",
                revision: 1
            )
            _ = try await stand.platform.log.append(
                event.newRecord(envelope),
                to: StreamEvent.topic.name,
                partition: 0
            )
            let position = Position(Partition(StreamEvent.topic.name, 0), 0)
            try await stand.platform.engine.reach(position)

            let list = try await stand.ask("GET", "/api/v1/streams")
            #expect(list.status == 200 && list.body.contains(Self.reason), "\(list)")
            let one = try await stand.ask("GET", "/api/v1/streams/birds")
            #expect(one.status == 200 && one.body.contains(Self.reason), "\(one)")
            let records = try await stand.ask(
                "POST",
                "/api/v1/streams/birds/records",
                "Content-Type: application/x-ndjson",
                body: "{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\"}\n"
            )
            #expect(records.status == 409 && records.body.contains(Self.reason), "\(records)")
            let gone = try await stand.ask(
                "DELETE",
                "/api/v1/streams/birds",
                "Content-Type: application/json"
            )
            #expect(gone.status == 200, "\(gone)")
            #expect(try await stand.ask("GET", "/api/v1/streams/birds").status == 404)
        }
    }
}
