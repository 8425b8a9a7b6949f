import Archive
import Bytes
import Events
import Foundation
import Logs
import Projections
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform
@testable import Proof

/// A platform at work over a log and a store, and what a test asks of it.
final class Stand: Sendable {
    let log: any Log
    let store: any Store
    let platform: Platform
    let clock: TestClock
    private let noted = Mutex<[String]>([])

    /// What an operator would have seen.
    var notices: [String] { noted.withLock { $0 } }

    /// Starts a platform.
    static func start(
        _ log: any Log,
        _ store: any Store = MemoryStore(),
        archive: any Archive = MemoryArchive(),
        seed: UInt64 = 1,
        checkpoints: Checkpoints? = nil,
        ownsLog: Bool = true,
        isRestored: Bool = false,
        stateFailed: @escaping @Sendable (StoreError) -> Void = { _ in }
    ) async throws -> Stand {
        let stand = Stand(
            log,
            store,
            archive,
            seed: seed,
            checkpoints,
            ownsLog: ownsLog,
            stateFailed
        )
        try await stand.platform.start(isRestored: isRestored)
        return stand
    }

    /// A platform that has not begun.
    static func unstarted(_ log: any Log) -> Stand {
        Stand(log, MemoryStore(), MemoryArchive(), seed: 1, nil, ownsLog: true, { _ in })
    }

    private init(
        _ log: any Log,
        _ store: any Store,
        _ archive: any Archive,
        seed: UInt64,
        _ checkpoints: Checkpoints?,
        ownsLog: Bool,
        _ stateFailed: @escaping @Sendable (StoreError) -> Void
    ) {
        self.log = log
        self.store = store
        let notices = Notices()
        clock = TestClock(seed: seed)
        platform = Platform(
            Engine(
                log: log,
                store: store,
                clock: clock,
                ownsLog: ownsLog,
                stateFailed: stateFailed,
                notice: { text in notices.note(text) }
            ),
            archive: archive,
            checkpoints: checkpoints
        )
        notices.stand = self
    }

    /// Passes notices on without keeping the stand.
    private final class Notices: @unchecked Sendable {
        weak var stand: Stand?
        func note(_ text: String) { stand?.noted.withLock { $0.append(text) } }
    }

    func stop() { platform.stop() }

    /// Waits until everything in the log was folded.
    func settle() async throws {
        guard try await platform.engine.settle(within: .seconds(120)) else {
            throw Failure(
                "not settled: \(platform.engine.stopReasons) \(platform.engine.seats) \(notices)"
            )
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    /// Waits until something holds, for a minute at most.
    func eventually(_ what: String, _ holds: () throws -> Bool) async throws {
        for _ in 0 ..< 6_000 {
            if try holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure("\(what): not within 60 s. \(notices)")
    }

    /// Waits until the thread that folds streams has done what it was told so far, one thing after another.
    func tellAll() async throws {
        let projector = try #require(platform.engine.dataProjector)
        let standing = platform.engine.waiters.ticket(within: .seconds(60))
        let barrier = projector.raiseBarrier(
            on: Partition("a topic of nobody", 0),
            from: 0,
            standing: standing
        )
        #expect(await standing.value())
        projector.lower(barrier)
    }

    /// The digest of every projection's partition, by their names.
    func digests() throws -> [String: Digest] {
        var digests: [String: Digest] = [:]
        for seating in platform.engine.seated {
            let state = try seating.projection.digest(of: seating.partition.index, in: store)
            digests["\(seating.projection.name) on \(seating.partition)"] = state?.digest
        }
        return digests
    }

    /// The digests of what streams took in.
    func intakeDigests() throws -> [String: Digest] {
        try digests().filter { $0.key.hasPrefix("intake of ") }
    }

    func verify(_ names: Set<String> = []) async throws -> [Proof.Finding] {
        try await elsewhere { [platform] in try platform.proof.verify(only: names) }
    }

    /// Proves every projection.
    func expectProof(
        _ comment: Comment? = nil,
        at place: SourceLocation = #_sourceLocation
    )
        async throws
    {
        let findings = try await verify()
        #expect(!findings.isEmpty, comment, sourceLocation: place)
        for finding in findings {
            #expect(
                finding.verdict.finding == .equal,
                "\(finding.verdict.projection) on \(finding.verdict.partition)",
                sourceLocation: place
            )
        }
    }

    func alerts() throws -> [AlertLedger.Alert] { try AlertLedger.all(in: store) }

    var catalog: StreamCatalog.View { StreamCatalog.View(store) }
}

extension Caller {
    /// A request with a key; what is sent is its text.
    static func keyed(_ key: String, body: String = "", route: String = "test") -> Caller {
        Caller(
            actor: "ada",
            idempotencyKey: key,
            route: route,
            digest: Digest(of: Array(body.utf8))
        )
    }

    static let anybody = Caller(actor: "ada", route: "test")
}

extension Log {
    /// Every dead letter there is, in the order of its partition.
    func deadLetters() throws -> [DeadLetterEvent] {
        try (0 ..< DeadLetterEvent.topic.partitions).flatMap { index in
            try records(of: Partition(DeadLetterEvent.topic.name, index)).map {
                try DeadLetterEvent.decode($0).event
            }
        }
    }

    func refusedRecords() throws -> [DeadLetterEvent.Refused] {
        try deadLetters().compactMap { event in
            if case .refused(let refused) = event.fact { refused } else { nil }
        }
    }
}

/// A log in memory whose own clock stands at the time that the tests tell of.
func memoryLog() -> MemoryLog { MemoryLog(clock: { TestClock.start + .seconds(43_200) }) }

/// Runs what blocks on a thread of its own.
func elsewhere<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

extension Platform {
    /// The column families of every projection, as the engine opens them.
    static let everyFamily: [Family] = {
        let engine = Engine(log: MemoryLog(), store: MemoryStore(), clock: TestClock(seed: 1))
        let platform = Platform(engine, archive: MemoryArchive())
        engine.set([platform, platform.proof])
        defer { engine.set([]) }
        return engine.families
    }()
}
