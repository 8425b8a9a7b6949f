import Bytes
import Events
import Foundation
import Logs
import SwiftProtobuf
import Testing

@Suite struct `A record as JSON` {
    private let partition = Partition("tributary.streams", 0)

    @Test func `is one line with its place, its envelope and the fact`() {
        let event = StreamEvent.with {
            $0.advanced.name = "planes"
            $0.advanced.partition = 1
            $0.advanced.watermarkUs = 5
            $0.advanced.cause = .idle
        }
        let envelope = Envelope(
            id: Samples.envelope.id,
            subject: "planes",
            time: Samples.time,
            actor: "ada \"the first\"",
            revision: 2
        )
        let record = event.newRecord(envelope).appended(at: 7)

        #expect(
            PlatformTopics.json(of: record, in: partition) == """
                {"position":"tributary.streams/0@7","id":"\(envelope.id)","type":"tributary.streams.v1.Advanced",\
                "source":"/tributary","time":"2013-07-01T00:00:00.123456Z","subject":"planes",\
                "actor":"ada \\"the first\\"","revision":2,\
                "fact":{"advanced":{"name":"planes","partition":1,"watermarkUs":"5","cause":"CAUSE_IDLE"}}}
                """
        )
    }

    @Test(arguments: Samples.all.indices)
    func `holds every fact in Protobuf's canonical mapping`(_ index: Int) throws {
        try expectFact(of: Samples.all[index])
    }

    private func expectFact<Event: PlatformEvent>(of event: Event) throws {
        let record = event.newRecord(Samples.envelope).appended()
        let json = try #require(PlatformTopics.json(of: record, in: Partition(Event.topic.name, 0)))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        )
        let fact = try JSONSerialization.data(withJSONObject: try #require(object["fact"]))

        #expect(try Event(jsonUTF8Bytes: Array(fact)) == event)
        #expect(object["type"] as? String == event.typeName)
        #expect(object["requestDigest"] as? String == Samples.digest.hex)
    }

    @Test func `shows what is no event too, with the reason and the bytes`() throws {
        let strange = Record(
            offset: 3,
            timestamp: Samples.time,
            key: [0xFF],
            value: [1, 2],
            headers: [Header("ce_type", "a\nb")]
        )

        #expect(
            PlatformTopics.json(of: strange, in: partition) == """
                {"position":"tributary.streams/0@3","error":"the header `ce_specversion` is missing",\
                "type":"a\\nb","key":"/w==","value":"AQI="}
                """
        )
    }

    @Test func `is nothing for a topic that is not the platform's`() {
        let record = Samples.all[0].newRecord(Samples.envelope).appended()

        #expect(PlatformTopics.json(of: record, in: Partition("planes", 0)) == nil)
    }
}
