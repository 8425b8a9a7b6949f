import Archive
import Bytes
import Engine
import Feast
import Hummingbird
import Inference
import JSON
import Logging
import Logs
import NIOCore
import NIOPosix
import Projections
import Store
import Synchronization

@testable import HTTP
@testable import Platform
@testable import PlatformAPI

/// A whole server on a free port of loopback, over a log and a store in memory.
struct HTTPStand: Sendable {
    var port: Int
    var site: Site
    var platform: Platform
    var notices: @Sendable () -> [String]

    static func run(
        _ limits: HTTPLimits = HTTPLimits(),
        isStarted: Bool = true,
        _ body: (HTTPStand) async throws -> Void
    ) async throws {
        let store = MemoryStore()
        let platform = Platform(
            Engine(log: MemoryLog(), store: store, clock: CountingClock()),
            archive: MemoryArchive()
        )
        if isStarted {
            try await platform.start()
        } else {
            // As far as a start comes before it waits for anything.
            try store.open(AlertLedger.family)
            for wing in [platform, platform.proof] as [any Wing] {
                for family in wing.ledgers.map(\.projection.family) + wing.families {
                    try store.open(family)
                }
            }
        }
        defer { platform.stop() }
        let noted = Noted()
        let traffic = Traffic(limits)
        let api = PlatformAPI(
            platform,
            about: .init(
                version: "0",
                kafka: "",
                dataDirectory: "",
                environment: "",
                notices: { [] }
            ),
            traffic: traffic
        )
        let doors: [any Door] = [
            api, FeatureServer(platform),
            OpenInference(platform, release: "0") { api.reasons },
        ]
        let site = Site(doors, release: "0", engine: platform.engine, traffic: traffic)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let port = Mutex(0)
        let application = site.server(
            host: "127.0.0.1",
            port: 0,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            notice: { noted.add($0) }
        ) { channel in port.withLock { $0 = channel.localAddress?.port ?? 0 } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            try await eventually("a port") { port.withLock { $0 } != 0 }
            try await body(
                HTTPStand(
                    port: port.withLock { $0 },
                    site: site,
                    platform: platform,
                    notices: { noted.lines }
                )
            )
            group.cancelAll()
            while let result = await group.nextResult() {
                guard case .failure(let error) = result, !(error is CancellationError) else {
                    continue
                }
                throw error
            }
        }
    }

    /// One request on a connection of its own, and its answer.
    func ask(
        _ method: String,
        _ path: String,
        _ headers: String...,
        host: String? = nil,
        body: String = ""
    ) async throws -> Answer {
        let caller = try await Caller(port)
        defer { caller.hangUp() }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")"]
        lines += headers
        if !body.isEmpty || method == "POST" { lines.append("Content-Length: \(body.utf8.count)") }
        try await caller.say(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        return try await caller.answer(isToHead: method == "HEAD")
    }

    /// A stream called `readings`, which takes records.
    func declareStream() async throws {
        let text =
            "kind: Stream\\nname: readings\\nspec: {key: k, time: at, fields: {k: string, at: timestamp}}\\n"
        let answer = try await ask(
            "POST",
            "/api/v1/apply",
            "Content-Type: application/json",
            body: "{\"files\": [{\"name\": \"a.yaml\", \"text\": \"\(text)\"}]}"
        )
        guard answer.status == 200 else { throw NotYet(description: "\(answer)") }
    }
}

private final class Noted: Sendable {
    private let state = Mutex<[String]>([])
    func add(_ line: String) { state.withLock { $0.append(line) } }
    var lines: [String] { state.withLock { $0 } }
}

/// Every look at it is a second later, and every number another.
private final class CountingClock: WallClock {
    private let count = Mutex<Int64>(0)

    private func next() -> Int64 {
        count.withLock { count in
            count += 1
            return count
        }
    }

    func now() -> Instant { Instant(microseconds: 1_700_000_000_000_000 + next() * 1_000_000) }

    func randomBits() -> (UInt64, UInt64) { (UInt64(next()), 1) }
}
