import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A client that says exactly what it is told to say, byte for byte.
final class Caller: Sendable {
    private let channel: any Channel
    private let heard: Heard

    /// What came back, as it comes.
    private final class Heard: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let state = Mutex<(bytes: [UInt8], isOver: Bool)>(([], false))

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            state.withLock { $0.bytes += bytes }
        }

        func channelInactive(context: ChannelHandlerContext) {
            state.withLock { $0.isOver = true }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard let event = event as? ChannelEvent, event == .inputClosed else { return }
            state.withLock { $0.isOver = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            state.withLock { $0.isOver = true }
            context.close(promise: nil)
        }
    }

    /// `reads`: Whether it takes what it is sent.
    init(_ port: Int, reads: Bool = true) async throws {
        let heard = Heard()
        self.heard = heard
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(heard)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func say(_ text: String) async throws { try await say(Array(text.utf8)) }

    /// What the server does not want to hear any more is lost.
    func say(_ bytes: [UInt8]) async throws {
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
        } catch is IOError {
        } catch is ChannelError {
        }
    }

    /// Says that nothing more comes.
    func endSaying() async throws { try await channel.close(mode: .output).get() }

    /// Takes what it is sent from now on.
    func beginReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    func hangUp() { channel.close(promise: nil) }

    var isOver: Bool { heard.state.withLock { $0.isOver } }

    /// The next answer. `isToHead`: It has no body, whatever its headers say.
    func answer(isToHead: Bool = false) async throws -> Answer {
        var found: Answer?
        try await eventually("an answer, and not only `\(text.prefix(300))`") {
            found = heard.state.withLock { state in
                guard
                    let (answer, length) = Answer.read(
                        state.bytes,
                        isToHead: isToHead,
                        isOver: state.isOver
                    )
                else { return nil }
                state.bytes.removeFirst(length)
                return answer
            }
            return found != nil
        }
        return found ?? Answer()
    }

    /// Waits until the server has closed its side.
    func end() async throws {
        try await eventually("the end of the connection") { isOver }
    }

    /// What was not read as an answer yet.
    var text: String { heard.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
}

/// An answer of the server, as it was sent.
struct Answer {
    var version = ""
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body = ""

    subscript(name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    /// Nil: it is not whole yet. With the number of bytes it has.
    static func read(_ bytes: [UInt8], isToHead: Bool, isOver: Bool) -> (Answer, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var answer = Answer()
        let words = lines[0].split(separator: " ")
        answer.version = String(words.first ?? "")
        answer.status = words.dropFirst().first.flatMap { Int($0) } ?? 0
        answer.headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (
                parts[0].lowercased(),
                parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            )
        }
        let rest = bytes[end.upperBound...]
        if isToHead || answer.status < 200 || answer.status == 204 {
            return (answer, end.upperBound)
        }
        if let length = answer["Content-Length"].flatMap({ Int($0) }) {
            guard rest.count >= length else { return nil }
            answer.body = String(decoding: rest.prefix(length), as: UTF8.self)
            return (answer, end.upperBound + length)
        }
        if answer["Transfer-Encoding"] == "chunked" {
            guard let last = rest.firstRange(of: Array("0\r\n\r\n".utf8)) else { return nil }
            answer.body = String(decoding: rest[..<last.lowerBound], as: UTF8.self)
            return (answer, last.upperBound)
        }
        guard isOver else { return nil }
        answer.body = String(decoding: rest, as: UTF8.self)
        return (answer, bytes.count)
    }
}

/// Waits until something holds, for a minute at most.
func eventually(_ what: @autoclosure () -> String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NotYet(description: "not within a minute: \(what())")
}

struct NotYet: Error, CustomStringConvertible {
    var description: String
}
