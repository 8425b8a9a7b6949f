import Bytes
import Events
import FoundationEssentials
import Logs
import SwiftProtobuf

/// One event of every kind of fact, each with something in every field.
enum Samples {
    static let digest = Digest(of: Array("a definition".utf8))

    static let all: [any PlatformEvent] =
        ground + features + datasets + experiments + models + endpoints + predictions

    private static let ground: [any PlatformEvent] = [
        StreamEvent.with { $0.declared = declared },
        StreamEvent.with { $0.deleted.name = "weather.observed" },
        StreamEvent.with {
            $0.advanced.name = "weather.observed"
            $0.advanced.partition = 3
            $0.advanced.watermarkUs = 1_372_636_800_000_000
            $0.advanced.cause = .endOfInput
        },
        StreamEvent.with {
            $0.switched.name = "weather.observed"
            $0.switched.generation = .init(Digest(of: Array("generation".utf8)).bytes)
        },
        DeadLetterEvent.with { $0.refused = refused },
        DeadLetterEvent.with { $0.restarted = restarted },
        AlertEvent.with {
            $0.raised.kind = "divergence"
            $0.raised.subject = "weather"
            $0.raised.summary = "The digest of weather differs."
            $0.raised.detail = "weather/0@12"
        },
        AlertEvent.with {
            $0.resolved.kind = "divergence"
            $0.resolved.subject = "weather"
            $0.resolved.summary = "It was folded anew."
        },
        AttestationEvent.with { $0.attested = attested },
        AttestationEvent.with { $0.diverged = diverged },
    ]

    static let declared = StreamEvent.Declared.with {
        $0.name = "weather.observed"
        $0.description_p = "Hourly weather, °F \"as read\"."
        $0.owner = "demo"
        $0.topic = "weather.observed"
        $0.partitions = 1
        $0.retentionUs = TimeSpan.day.microseconds
        $0.format = .json
        $0.key = "origin"
        $0.time = "observed_at"
        $0.identity = "id"
        $0.latenessUs = 1
        $0.idleUs = 3_600_000_000
        $0.notBeforeUs = -5
        $0.notAfterUs = 1_400_000_000_000_000
        $0.fields = [
            .with {
                $0.name = "origin"
                $0.type = .string
                $0.oneOf = ["JFK", "LGA"]
            },
            .with {
                $0.name = "temperature"
                $0.type = .float
                $0.isOptional = true
            },
        ]
        $0.generationDigest = digest
    }

    static let refused = DeadLetterEvent.Refused.with {
        $0.stream = "weather.observed"
        $0.generationDigest = digest
        $0.topic = "weather.observed"
        $0.partition = 2
        $0.offset = 1 << 60
        $0.reason = "missingField"
        $0.detail = "There is no `origin`."
        $0.originalKey = [0xFF, 0x00]
        $0.originalValue = Array(#"{"a":1}"#.utf8)
        $0.headers = [
            DeadLetterEvent.Header(name: "a", bytes: [1, 2]),
            DeadLetterEvent.Header(name: "a", bytes: nil),
            DeadLetterEvent.Header(name: "", bytes: []),
        ]
        $0.timestampUs = 1_372_636_800_000_000
        $0.streamTimeUs = 1_372_636_800_000_001
    }

    static let restarted = DeadLetterEvent.Restarted.with {
        $0.stream = "weather.observed"
        $0.topic = "weather.observed"
        $0.partition = 2
        $0.reason = "The first record is another one."
        $0.generation = .init(digest.bytes)
    }

    static let attested = AttestationEvent.Attested.with {
        $0.projection = "weather"
        $0.generationDigest = digest
        $0.foldVersion = 1
        $0.topic = "weather.observed"
        $0.partition = 1
        $0.offset = 8_706
        $0.entries = 4
        $0.rowsDigest = digest
        $0.base = "genesis"
    }

    static let diverged = AttestationEvent.Diverged.with {
        $0.projection = "weather"
        $0.generationDigest = digest
        $0.foldVersion = 1
        $0.topic = "weather.observed"
        $0.partition = 1
        $0.offset = 8_706
        $0.base = "genesis"
        $0.expectedEntries = 4
        $0.expectedRowsDigest = digest
        $0.actualEntries = 5
        $0.actualRowsDigest = Digest(of: [])
        $0.firstDifferingKey = [1, 2, 3]
    }

    static let time = Instant(microseconds: 1_372_636_800_123_456)

    /// An envelope with something in every field.
    static let envelope = Envelope(
        id: EventID(at: time, random: (1, 2)),
        source: "/tributary/test",
        subject: "weather.observed",
        time: time,
        actor: "ada",
        causation: "weather.observed/0@7",
        revision: 12,
        requestDigest: digest,
        streamTime: time - .day,
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    )
}

extension NewRecord {
    /// What a reader gets once this was appended.
    func appended(at offset: Offset = 0) -> Record {
        Record(
            offset: offset,
            timestamp: timestamp ?? Samples.time,
            key: key.map { $0[...] },
            value: value.map { $0[...] },
            headers: headers
        )
    }
}

extension Record {
    func replacing(header name: String, with value: [UInt8]?) -> Record {
        var record = self
        record.headers.removeAll { $0.name == name }
        record.headers.append(Header(name, value))
        return record
    }

    func without(header name: String) -> Record {
        var record = self
        record.headers.removeAll { $0.name == name }
        return record
    }
}
