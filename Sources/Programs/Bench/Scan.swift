import Archive
import ArgumentParser
import Bytes
import Engine
import Glibc
import HTTP
import KafkaLog
import Logging
import Logs
internal import NIOCore
import NIOPosix
import Platform
import PlatformAPI
import RocksStore
internal import ServiceLifecycle
import Workers

/// Whether somebody's long read keeps others waiting: `/health/live` while a whole topic is read over HTTP.
struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "/health/live while a full scan runs.",
        discussion: "Example: Bench scan"
    )
    @OptionGroup var place: Place

    func run() async throws { try await Self.measure(place) }

    static func measure(_ place: Place) async throws {
        print(
            "\n| GET /health/live on one connection | count | p50 µs | p99 µs |\n|---|---|---|---|"
        )
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            let log = try server.log { $0.lingerMilliseconds = 5 }
            let store = try RocksStore.open("\(folder)/state")
            let platform = Platform(
                Engine(log: log, store: store, clock: BenchClock()),
                archive: MemoryArchive()
            )
            try await platform.start()
            try log.create(TopicSpec("bench", partitions: 1))
            for _ in 0 ..< 300_000 {
                log.append(
                    NewRecord(key: nil, value: Array(#"{"a":1,"b":"two"}"#.utf8)),
                    to: "bench",
                    partition: 0
                ) { _ in }
            }
            while try log.bounds(of: Partition("bench", 0)).upperBound < 300_000 {
                pause(microseconds: 1_000)
            }
            let traffic = Traffic()
            let api = PlatformAPI(
                platform,
                about: .init(
                    version: "",
                    kafka: "",
                    dataDirectory: "",
                    environment: "",
                    notices: { [] }
                ),
                traffic: traffic
            )
            let site = Site([api], release: "", engine: platform.engine, traffic: traffic)
            let port = AsyncStream<Int>.makeStream()
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
            var logger = Logger(label: "http")
            logger.logLevel = .error
            let application = site.server(host: "127.0.0.1", port: 0, group: group, logger: logger)
            {
                channel in
                port.continuation.yield(channel.localAddress?.port ?? 0)
            }
            let serving = Task { try await application.run() }
            var ports = port.stream.makeAsyncIterator()
            guard let bound = await ports.next() else { throw Trouble("no port") }
            try ask(bound, "at rest")
            let scan = Worker("scan") {
                do {
                    let connection = try Connection(to: bound)
                    try connection.send(
                        "GET /api/v1/events/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                    )
                    while connection.receive() > 0 {}
                } catch {
                    print("The scan ended: \(error)")
                }
            }
            try ask(bound, "while 300,000 records are read over HTTP")
            scan.join()
            serving.cancel()
            platform.stop()
            log.close()
            await server.stop()
            store.close()
            try await group.shutdownGracefully()
        }
    }

    private static func ask(_ port: Int, _ name: String) throws {
        let connection = try Connection(to: port)
        var latencies = Latencies()
        for _ in 0 ..< 3_000 {
            latencies.add(
                try timed {
                    try connection.send("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    _ = connection.receive()
                }
            )
        }
        print(latencies.row(name))
    }
}

/// A blocking socket to loopback.
private final class Connection {
    private let socket: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(to port: Int) throws { socket = try connect(port: port) }

    deinit { close(socket) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(socket, bytes, bytes.count, 0) == bytes.count else {
            throw Trouble("nothing was sent")
        }
    }

    /// How many bytes came; 0 at the end.
    func receive() -> Int { recv(socket, &buffer, buffer.count, 0) }
}
