import Archive
import Engine
import Foundation
import HTTP
import Hummingbird
import JSON
import Logging
import Logs
import NIOCore
import NIOPosix
import Platform
import PlatformAPI
import Store
import Synchronization
import Testing

@testable import tributary

/// A server with guests, on a free port of loopback: each of them is one line here.
struct House: Sendable {
    let platform: Platform
    let port: Int
    /// Of the files that are applied.
    let folder: URL

    var address: String { "127.0.0.1:\(port)" }
    var client: Client { Client(address: address, actor: "ada") }

    static func open(
        over log: any Log,
        _ store: any Store = MemoryStore(),
        _ body: (House) async throws -> Void
    ) async throws {
        let platform = Platform(
            Engine(log: log, store: store, clock: SystemClock()),
            archive: MemoryArchive(),
            wings: [Guests()]
        )
        try await platform.start()
        defer { platform.stop() }
        let traffic = Traffic(HTTPLimits())
        let about = PlatformAPI.About(
            version: "0",
            kafka: "",
            dataDirectory: "",
            environment: "",
            notices: { [] }
        )
        let doors: [any Door] = [
            PlatformAPI(platform, about: about, traffic: traffic),
            NoticeCommands(platform: platform),
            NoticeBoard(platform: platform),
        ]
        let site = Site(doors, release: "0", engine: platform.engine, traffic: traffic)
        var logger = Logger(label: "guests")
        logger.logLevel = .critical
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        let application = site.server(
            host: "127.0.0.1",
            port: 0,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        ) { channel in told.yield(channel.localAddress?.port ?? 0) }
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // It ends with this function.
        async let _ = application.run()
        let port = try #require(await ports.first { _ in true })
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(House(platform: platform, port: port, folder: folder))
            )
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    /// Writes a file for the command line.
    func file(_ name: String, _ text: String) throws -> String {
        let path = folder.appending(path: name)
        try text.write(to: path, atomically: true, encoding: .utf8)
        return path.path
    }

    /// What the command line does with the server.
    func tributary(_ words: String...) async throws -> Ran { try await tributary(words) }

    func tributary(_ words: [String]) async throws -> Ran {
        let process = Process()
        process.executableURL = try Self.program()
        process.arguments = words + ["--server", address, "--actor", "ada"]
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try Ran(process) }) }
        }
    }

    /// The command line as it was built together with these tests.
    private static func program() throws -> URL {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let places = [
            beside, root.appending(path: ".build/debug"), root.appending(path: ".build/release"),
        ]
        return try #require(
            places.map { $0.appending(path: "tributary") }
                .first { FileManager.default.isExecutableFile(atPath: $0.path) },
            "tributary is built with the package; build it before these tests."
        )
    }
}

/// What became of a command.
struct Ran: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// Blocks.
    init(_ process: Process) throws {
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        // What is said on standard error is short, and waits in the pipe.
        self.output = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        self.errors = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        status = process.terminationStatus
    }

    /// What was said, where it went well.
    func said(at place: SourceLocation = #_sourceLocation) throws -> String {
        try #require(status == 0, "\(output)\(errors)", sourceLocation: place)
        return output
    }

    func json(at place: SourceLocation = #_sourceLocation) throws -> JSONValue {
        try JSONValue(parsing: try said(at: place))
    }
}
