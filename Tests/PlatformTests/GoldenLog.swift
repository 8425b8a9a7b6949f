import Bytes
import Events
import Features
import Foundation
import Logs
import Platform
import Projections
import Records
import Serving
import Store
import Streams

@testable import Engine
@testable import Proof

/// A log with every kind of fact of every topic, and records of two streams with refused ones among
/// them.
enum GoldenLog {
    /// Follows from its arguments alone.
    static func make(recordCount: Int, seed: UInt64) async throws -> MemoryLog {
        let log = memoryLog()
        for topic in PlatformTopics.all { try log.create(topic) }
        let author = Author(log: log, seed: seed)
        let arrived = Arrivals.definition("flights.arrived")
        var weather = Arrivals.definition("weather.observed", partitions: 1, lateness: .day)
        weather.identity = nil
        weather.retention = .span(.seconds(30 * 86_400))
        weather.idle = .seconds(3_600)
        weather.notBefore = nil
        for definition in [arrived, weather] {
            try log.create(TopicSpec(definition.topic, partitions: definition.partitions))
        }
        try await author.declareStreams(arrived, weather)
        try await author.sendRecords(recordCount, seed, to: [arrived, weather])
        try await author.answerRecords(of: [arrived, weather])
        try await author.raiseAlerts()
        try await author.attest([arrived, weather])
        try await author.declareViews(arrived, weather)
        let dataset = try await author.sealDataset(of: weather, labelled: arrived)
        try await author.trainModel(on: dataset)
        try await author.predict(weather)
        return log
    }

    /// Every projection on each of its partitions, as the facts of the log declare them.
    static func seatings(
        of log: any Log
    ) throws -> [(projection: any Projection, partition: Partition)] {
        var projections: [any Projection] = [
            StreamCatalog(), DeadLetterLedger(), AlertLedger(), AttestationLedger(),
        ]
        let store = MemoryStore()
        for catalog in Platform.control {
            try store.open(catalog.family)
            let partition = Partition(catalog.topic, 0)
            try Replay(catalog, of: partition)
                .fold(from: 0, to: try log.bounds(of: partition).upperBound, log: log, into: store)
        }
        let streams = try StreamCatalog.View(store).streams()
        for entry in streams {
            projections += [entry.served, entry.next].compactMap(\.self?.definition)
                .map { Intake($0) }
        }
        projections += Platform.control.dropFirst() + [PredictionLedger()]
        for (_, entry) in try FeatureCatalog.View(store).views() {
            for declaration in [entry.served, entry.next].compactMap(\.self) {
                if case .stream(let view) = declaration.view {
                    projections.append(FeatureFold(view))
                }
            }
        }
        for entry in try EndpointCatalog.View(store).endpoints() {
            guard let answer = entry.served.definition?.answer,
                let stream = try StreamCatalog.View(store).stream(answer.stream)?.served.definition
            else { continue }
            projections.append(
                AnswerQueue(
                    endpoint: entry.served.name,
                    generation: entry.served.generation,
                    stream: stream,
                    from: answer.from
                )
            )
        }
        let published = "weather.observed"
        projections += [
            PublicationQueue(of: "lateness", on: published), PublicationLedger(published),
        ]
        let partitions = Dictionary(
            uniqueKeysWithValues: try log.topics().map { ($0.name, $0.partitions) }
        )
        return projections.flatMap { projection in
            (0 ..< (partitions[projection.topic] ?? 0)).map {
                (projection, Partition(projection.topic, $0))
            }
        }
    }

    /// What each of them amounts to.
    static func digests(of log: any Log, in store: any StoreReader) throws -> [GoldenDigest] {
        try seatings(of: log).compactMap { projection, partition in
            try projection.digest(of: partition.index, in: store).map {
                GoldenDigest(
                    projection: projection.name,
                    generation: projection.generation.hex,
                    foldVersion: projection.foldVersion,
                    partition: partition.description,
                    next: $0.progress.next,
                    entries: $0.entries,
                    digest: $0.digest.hex
                )
            }
        }
    }
}

/// What a projection's rows of one partition amount to.
struct GoldenDigest: Hashable {
    var projection: String
    var generation: String
    var foldVersion: Int64
    var partition: String
    var next: Int64
    var entries: Int64
    var digest: String
}

/// Writes facts with ids that follow from their number.
final class Author {
    let log: MemoryLog
    let seed: UInt64
    private(set) var count: UInt64 = 0
    private var revisions: [String: Int64] = [:]

    init(log: MemoryLog, seed: UInt64) {
        self.log = log
        self.seed = seed
    }

    func write(
        _ event: some PlatformEvent,
        about subject: String,
        partition: Int32 = 0,
        revision: Int64? = nil,
        id: EventID? = nil
    ) async throws {
        count += 1
        let topic = type(of: event).topic.name
        let envelope = Envelope(
            id: id ?? EventID(of: seed.orderedBytes, count.orderedBytes),
            subject: subject,
            time: TestClock.start + .seconds(Int64(count)),
            actor: "ada",
            revision: revision,
            requestDigest: count % 2 == 0 ? Digest(of: count.orderedBytes) : nil
        )
        _ = try await log.append(event.newRecord(envelope), to: topic, partition: partition)
    }

    /// A fact with the next number of its stream.
    func decide<Event: PlatformEvent>(_ event: Event, about subject: String) async throws {
        let stream = "\(Event.topic.name) \(subject)"
        let revision = (revisions[stream] ?? 0) + 1
        revisions[stream] = revision
        try await write(event, about: subject, revision: revision)
    }

    private func declare(_ definition: StreamDefinition) async throws {
        let decided = try DeclareStream(definition).decide(given: nil, existingPartitions: nil)
        guard let fact = decided else {
            preconditionFailure("A stream that is not there yet is declared.")
        }
        try await decide(fact, about: definition.name)
    }

    func declareStreams(_ arrived: StreamDefinition, _ weather: StreamDefinition) async throws {
        var former = arrived
        former.lateness = .seconds(5)
        try await declare(former)
        try await declare(weather)
        try await declare(Arrivals.definition("planes", partitions: 1))
        // The changed definition is built, and then switched to.
        try await declare(arrived)
        try await decide(
            StreamEvent.filled {
                $0.switched = .filled {
                    $0.name = arrived.name
                    $0.generation = Data(arrived.generation.bytes)
                }
            },
            about: arrived.name
        )
        var words = weather
        words.description = "Hourly weather, °F"
        try await declare(words)
        try await decide(
            StreamEvent.filled { $0.deleted = .filled { $0.name = "planes" } },
            about: "planes"
        )
        for cause in [StreamEvent.Cause.endOfInput, .idle] {
            try await decide(
                StreamEvent.filled {
                    $0.advanced = .filled {
                        $0.name = weather.name
                        $0.watermarkUs = TestClock.start.microseconds
                        $0.cause = cause
                    }
                },
                about: weather.name
            )
        }
        // Void: a number that was used, one that is not next, an id that took effect.
        let deleted = StreamEvent.filled { $0.deleted = .filled { $0.name = arrived.name } }
        try await write(deleted, about: arrived.name, revision: 1)
        try await write(deleted, about: arrived.name, revision: 9)
        let first = EventID(of: seed.orderedBytes, UInt64(1).orderedBytes)
        let next = (revisions["\(StreamEvent.topic.name) \(arrived.name)"] ?? 0) + 1
        try await write(deleted, about: arrived.name, revision: next, id: first)
    }

    func sendRecords(_ count: Int, _ seed: UInt64, to streams: [StreamDefinition]) async throws {
        let records = HostileRecords(
            count: count,
            hostile: count / 3,
            partitions: 3,
            seed: seed,
            largest: 0
        )
        for (index, arrival) in records.arrivals.enumerated() {
            var record = NewRecord(key: nil, value: arrival.value)
            // A few were sent twice by somebody who numbers what it sends.
            if index % 50 < 3 {
                record.headers = Publication.headers(
                    stream: streams[0].name,
                    source: "urn:test",
                    line: Int64(index / 50 + 1),
                    identity: nil
                )
            }
            _ = try await log.append(
                record,
                to: streams[0].topic,
                partition: arrival.partition
            )
            if index % 4 == 0 {
                _ = try await log.append(
                    NewRecord(key: Array("JFK".utf8), value: arrival.value),
                    to: streams[1].topic
                )
            }
        }
    }

    /// The dead letters that an ingest would have written, one of them twice.
    func answerRecords(of streams: [StreamDefinition]) async throws {
        for definition in streams {
            for index in 0 ..< definition.partitions {
                let partition = Partition(definition.topic, index)
                let letters = try DeadLetterRecords(
                    intake: Intake(definition),
                    partition: partition
                ).letters(of: log.records(of: partition))
                let output = DeadLetterLedger.outputPartition(of: partition)
                for letter in letters + letters.suffix(1) {
                    _ = try await log.append(
                        letter.first,
                        to: output.topic,
                        partition: output.index
                    )
                }
            }
        }
        try await write(
            DeadLetterEvent.filled {
                $0.restarted = .filled {
                    $0.stream = streams[1].name
                    $0.topic = streams[1].topic
                    $0.partition = 0
                    $0.reason = "the record at 3 is not the one that was folded"
                }
            },
            about: streams[1].name
        )
    }

    func raiseAlerts() async throws {
        for subject in ["streams", "alerts", "streams"] {
            try await write(
                AlertEvent.filled {
                    $0.raised = .filled {
                        $0.kind = "divergence"
                        $0.subject = subject
                        $0.summary = "Rows of \(subject) differ."
                        $0.detail = "first differing key 01"
                    }
                },
                about: "divergence \(subject)"
            )
        }
        try await write(
            AlertEvent.filled {
                $0.resolved = .filled {
                    $0.kind = "divergence"
                    $0.subject = "streams"
                    $0.summary = "It was built anew."
                }
            },
            about: "divergence streams"
        )
    }

    func attest(_ streams: [StreamDefinition]) async throws {
        for definition in streams {
            for offset in [Int64(10), 20, 20] {
                try await write(
                    AttestationEvent.filled {
                        $0.attested = .filled {
                            $0.projection = "intake of \(definition.name)"
                            $0.generationDigest = definition.generation
                            $0.foldVersion = 1
                            $0.topic = definition.topic
                            $0.offset = offset
                            $0.entries = offset
                            $0.rowsDigest = Digest(of: count.orderedBytes)
                            $0.base = "genesis"
                        }
                    },
                    about: "intake of \(definition.name)"
                )
            }
        }
        try await write(
            AttestationEvent.filled {
                $0.diverged = .filled {
                    $0.projection = "streams"
                    $0.generationDigest = StreamCatalog().generation
                    $0.foldVersion = 1
                    $0.topic = StreamEvent.topic.name
                    $0.offset = 4
                    $0.base = "genesis"
                    $0.firstDifferingKey = [1, 2, 3]
                }
            },
            about: "streams"
        )
    }
}
