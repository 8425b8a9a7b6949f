import Bytes
import Chance
import Events
import Glibc
import Logs
import Projections
import Records
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Commands over a faulty log` {
    private static let everything: FaultyLog.Faults = {
        var faults = FaultyLog.Faults()
        faults.refusal = 0.15
        faults.duplicate = 0.2
        faults.lostAcknowledgement = 0.2
        faults.delay = 0.3
        faults.longestDelay = TimeSpan(microseconds: 8_000)
        return faults
    }()

    /// What a client asks for.
    enum Wish: Sendable, CustomStringConvertible {
        case declare(StreamDefinition)
        case delete(String)
        case advance(String, Instant)

        var subject: String {
            switch self {
            case .declare(let definition): definition.name
            case .delete(let name), .advance(let name, _): name
            }
        }

        var description: String {
            switch self {
            case .declare(let definition): "declare \(definition.name) \(definition.description)"
            case .delete(let name): "delete \(name)"
            case .advance(let name, let time): "advance \(name) to \(time)"
            }
        }
    }

    /// What became of it in the end.
    enum Answer: Sendable {
        case effect(Effect)
        case refused(any DomainRefusal)
    }

    private func wish(_ number: Int, _ random: inout SeededRandom) -> Wish {
        let name = "stream.\(Int.random(in: 0 ..< 4, using: &random))"
        switch Int.random(in: 0 ..< 10, using: &random) {
        case 0 ..< 6:
            let description = "As of \(Int.random(in: 0 ..< 3, using: &random))"
            return .declare(
                Arrivals.definition(name, partitions: 1, description: description)
            )
        case 6 ..< 8: return .delete(name)
        default: return .advance(name, TestClock.start + .seconds(Int64(number % 50)))
        }
    }

    /// Asks until there is an answer, as a client does who keeps its key.
    private func ask(
        _ wish: Wish,
        _ number: Int,
        of platform: Platform,
        body: String? = nil
    ) async throws -> Answer {
        let caller = Caller.keyed("key \(number)", body: body ?? "\(wish)", route: "wish")
        while true {
            do {
                switch wish {
                case .declare(let definition):
                    let applied = try await platform.apply([definition], for: caller)
                    return .effect(applied[0].effect)
                case .delete(let name):
                    return .effect(try await platform.delete("Stream", name, for: caller))
                case .advance(let name, let time):
                    return .effect(
                        try await platform.advance(
                            name,
                            partition: 0,
                            to: time,
                            cause: .endOfInput,
                            for: caller
                        )
                    )
                }
            } catch PlatformError.unavailable, PlatformError.outcomeUnknown,
                PlatformError.conflict
            {
                continue
            } catch PlatformError.refused(let refusal) {
                return .refused(refusal)
            }
        }
    }

    @Test func `of one client give what a model without faults gives`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = memoryLog()
        let faulty = FaultyLog(log, seed: seed)
        let stand = try await Stand.start(faulty, seed: seed)
        faulty.set(Self.everything)
        var declared: [String: StreamDefinition] = [:]
        var watermarks: [String: Instant] = [:]
        var revisions: [String: Int64] = [:]
        for number in 0 ..< 200 {
            let wish = wish(number, &random)
            let isChange: Bool?
            switch wish {
            case .declare(let definition):
                isChange = declared[definition.name] != definition
                declared[definition.name] = definition
            case .delete(let name):
                isChange = declared[name] == nil ? nil : true
                declared[name] = nil
                watermarks[name] = nil
            case .advance(let name, let time):
                isChange = declared[name] == nil ? nil : watermarks[name] ?? .distantPast < time
                if isChange == true { watermarks[name] = time }
            }
            let answer = try await ask(wish, number, of: stand.platform)
            switch (answer, isChange) {
            case (.refused(let refusal), nil) where refusal.isUnknown: break
            case (.effect(.unchanged), false): break
            case (.effect(.changed(_, let revision)), true),
                (.effect(.repeated(_, let revision)), true):
                revisions[wish.subject, default: 0] += 1
                #expect(revision == revisions[wish.subject], "\(wish)")
            default:
                Issue.record("\(number), \(wish): \(answer), expected change: \(isChange as Any)")
            }
            // Read your writes: what was answered is seen at once.
            let entry = try stand.catalog.stream(wish.subject)
            #expect(entry?.served.definition == declared[wish.subject], "\(number), \(wish)")
            let watermark = try stand.catalog.watermark(of: wish.subject, partition: 0)
            #expect(watermark == watermarks[wish.subject], "\(number), \(wish)")
        }
        let counts = faulty.counts
        #expect(counts.refusals > 0 && counts.duplicates > 0, "\(counts)")
        #expect(counts.lostAcknowledgements > 0 && counts.delays > 0, "\(counts)")
        faulty.set(.none)
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `of many clients at two servers take effect once for each key`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = memoryLog()
        let faulty = [FaultyLog(log, seed: seed), FaultyLog(log, seed: seed &+ 1)]
        let stands = [
            try await Stand.start(faulty[0], seed: seed),
            try await Stand.start(faulty[1], seed: seed &+ 1),
        ]
        for log in faulty { log.set(Self.everything) }
        let wishes = (0 ..< 200).map { wish($0, &random) }
        // Each fifth key is used at both servers at the same time, as by a client that lost one.
        let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for client in 0 ..< 8 {
                for number in stride(from: client, to: 200, by: 8) {
                    for (server, stand) in stands.enumerated()
                    where number % 5 == 0 || number % 2 == server {
                        group.addTask {
                            let platform = stand.platform
                            let answer = try await ask(wishes[number], number, of: platform)
                            try expectSeen(answer, of: wishes[number], at: stand)
                            return (number, answer)
                        }
                    }
                }
            }
            var answers: [(Int, Answer)] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
        for log in faulty { log.set(.none) }
        for stand in stands { try await stand.settle() }
        let effective = try effectiveFacts(in: log)
        let ids = effective.map(\.envelope.id)
        #expect(Set(ids).count == ids.count, "No id takes effect twice.")
        try expect(answers, wishes, fit: effective)
        for stand in stands {
            for (subject, facts) in Dictionary(grouping: effective, by: \.envelope.subject) {
                let tables = tables(of: stand)
                #expect(try tables.get(Arbiter.subjects, subject) == Int64(facts.count))
            }
        }
        let digests = try stands.map { try $0.digests()["streams on tributary.streams/0"] }
        #expect(digests[0] == digests[1])
        try await expectRepeats(answers, wishes, at: stands)
        for stand in stands { stand.stop() }
    }

    @Test func `take effect once where the record is lost with its acknowledgement`() async throws {
        let log = LosingLog(memoryLog())
        let stand = try await Stand.start(log)
        let definition = Arrivals.definition("flights.arrived", partitions: 1)
        let caller = Caller.keyed("key", body: "one")
        log.lose(1)
        await #expect("the outcome is not known") {
            _ = try await stand.platform.apply([definition], for: caller)
        } throws: { error in
            if case PlatformError.outcomeUnknown = error { true } else { false }
        }
        #expect(try stand.catalog.stream(definition.name) == nil)
        let effect = try await stand.platform.apply([definition], for: caller)[0].effect
        guard case .changed(let position, revision: 1) = effect else {
            Issue.record("The effect was \(effect).")
            return
        }
        let again = try await stand.platform.apply([definition], for: caller)[0].effect
        #expect(again == .repeated(position, revision: 1))
        stand.stop()
    }

    @Test func `are answered where the log takes them later than they are waited for`() async throws
    {
        let log = OrderlyLog(memoryLog())
        let stand = try await Stand.start(log)
        let definition = Arrivals.definition("flights.arrived", partitions: 1)
        log.holds(StreamEvent.topic.name)
        let start = ContinuousClock.now
        async let applied = stand.platform.apply([definition], for: .anybody)
        try await stand.eventually("the log has it, and does not say so") { log.heldCount == 1 }
        try await stand.eventually("nobody waits any more") {
            ContinuousClock.now - start > .seconds(6)
        }
        log.holds(nil)
        log.letGo()
        guard case .changed(_, revision: 1) = try await applied[0].effect else {
            Issue.record("The effect was \(try await applied[0].effect).")
            return
        }
        stand.stop()
    }

    @Test func `are refused under a key that came before with another stream's name`() async throws
    {
        let stand = try await Stand.start(memoryLog())
        let first = Arrivals.definition("flights.arrived", partitions: 1)
        _ = try await stand.platform.apply([first], for: .keyed("key", body: "one"))
        let other = Arrivals.definition("flights.departed", partitions: 1)
        await #expect("the key was used for another request") {
            _ = try await stand.platform.apply([other], for: .keyed("key", body: "two"))
        } throws: { error in
            if case PlatformError.keyReused = error { true } else { false }
        }
        #expect(try stand.catalog.stream(other.name) == nil)
        stand.stop()
    }

    /// What was answered is seen at its position, and from then on.
    private func expectSeen(_ answer: Answer, of wish: Wish, at stand: Stand) throws {
        guard case .effect(let effect) = answer, let position = effect.position else { return }
        let then = StreamCatalog.View(stand.store, asOf: position.offset)
        switch wish {
        case .declare(let definition):
            #expect(try then.stream(definition.name)?.served.definition == definition, "\(wish)")
        case .delete(let name): #expect(try then.stream(name) == nil, "\(wish)")
        case .advance(let name, let time):
            let watermark = try then.watermark(of: name, partition: 0)
            #expect(watermark ?? .distantPast >= time, "\(wish)")
        }
    }

    /// The answers say what the log says.
    private func expect(
        _ answers: [(Int, Answer)],
        _ wishes: [Wish],
        fit effective: [EffectiveFact]
    ) throws {
        let counts = Dictionary(answers.map { ($0.0, 1) }, uniquingKeysWith: +)
        var told: Set<Int> = []
        let facts = Dictionary(
            effective.map { ($0.envelope.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for (number, answer) in answers {
            var caller = Caller.keyed("key \(number)", route: "wish")
            if case .declare = wishes[number] { caller = caller.part(0) }
            let fact = caller.keyedID.flatMap { facts[$0] }
            if case .effect(let effect) = answer, let position = effect.position {
                told.insert(number)
                #expect(position.offset == fact?.offset, "\(number), \(wishes[number])")
            } else if counts[number] == 1 {
                #expect(fact == nil, "\(number), \(wishes[number]): \(answer)")
            }
        }
        // What had nothing to do for one client may have had an effect for the other.
        for (number, _) in answers where !told.contains(number) {
            let keys = [Caller.keyed("key \(number)", route: "wish")]
                .flatMap { [$0, $0.part(0)] }
            let found = keys.compactMap(\.keyedID).contains { facts[$0] != nil }
            #expect(!found, "\(number), \(wishes[number]), took effect, and nobody was told.")
        }
    }

    /// A key that took effect has the same answer for ever, at both servers, and none for another
    /// body.
    private func expectRepeats(
        _ answers: [(Int, Answer)],
        _ wishes: [Wish],
        at stands: [Stand]
    ) async throws {
        var count = 0
        for (number, answer) in answers.prefix(60) {
            guard case .effect(let effect) = answer, let position = effect.position else {
                continue
            }
            count += 1
            for stand in stands {
                let again = try await ask(wishes[number], number, of: stand.platform)
                guard case .effect(.repeated(let place, _)) = again, place == position else {
                    Issue.record("\(number), \(wishes[number]): \(effect), then \(again)")
                    continue
                }
                await #expect("another body under the key of \(wishes[number])") {
                    try await ask(wishes[number], number, of: stand.platform, body: "other")
                } throws: { error in
                    if case PlatformError.keyReused = error { true } else { false }
                }
            }
        }
        #expect(count > 0)
    }

    @Test func `is decided anew where another server's fact was folded since it was decided`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let decisions = Mutex<[[String]]>([])
        @Sendable func declared(_ description: String) throws -> StreamEvent {
            let definition = Arrivals.definition("birds", description: description)
            let event = try DeclareStream(definition).decide(given: nil, existingPartitions: nil)
            guard let event else { throw Stand.Failure("nothing was decided") }
            return event
        }
        let other = try declared("another server's").newRecord(
            Envelope(
                id: EventID(high: 5, low: 5),
                subject: "birds",
                time: TestClock.start,
                actor: "bob",
                revision: 1
            )
        )
        let effect = try await stand.platform.engine.execute(
            .anybody,
            on: "birds",
            of: StreamCatalog()
        ) { reader, _ in
            let known = try StreamCatalog.View(reader).streams()
                .compactMap(\.served.definition?.description)
            let isFirst = decisions.withLock { decisions in
                decisions.append(known)
                return decisions.count == 1
            }
            if isFirst {
                // Another server is faster, and its fact is folded before this one is appended.
                log.append(other, to: StreamEvent.topic.name, partition: 0) { _ in }
                while try StreamCatalog.View(stand.store).streams().isEmpty { usleep(1_000) }
            }
            return try declared("ours")
        }
        #expect(decisions.withLock { $0 } == [[], ["another server's"]])
        guard case .changed(_, revision: 2) = effect else {
            Issue.record("\(effect)")
            return
        }
        stand.stop()
    }

    private func tables(of stand: Stand) -> TableReader {
        let catalog = StreamCatalog()
        return TableReader(stand.store, family: catalog.family, shelf: catalog.shelf(of: 0))
    }
}

/// A fact of a control topic that counts.
struct EffectiveFact {
    var envelope: Envelope
    var event: StreamEvent
    var offset: Offset
}

/// The rule of a control topic, told once more: per subject, the first record with the next number
/// counts, unless its id has counted before.
func effectiveFacts(in log: any Log) throws -> [EffectiveFact] {
    var next: [String: Int64] = [:]
    var ids: Set<EventID> = []
    var facts: [EffectiveFact] = []
    for record in try log.records(of: Partition(StreamEvent.topic.name, 0)) {
        let (envelope, event) = try StreamEvent.decode(record)
        guard envelope.revision == next[envelope.subject, default: 1],
            ids.insert(envelope.id).inserted
        else { continue }
        next[envelope.subject, default: 1] += 1
        facts.append(EffectiveFact(envelope: envelope, event: event, offset: record.offset))
    }
    return facts
}
