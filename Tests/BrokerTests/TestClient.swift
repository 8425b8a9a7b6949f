import Bytes
import Glibc

@testable import Broker

/// A connection that says exactly what a test wants it to say. Its calls block, for a minute at most: how busy the
/// machine is decides nothing.
final class TestClient {
    /// What happened to the connection.
    enum Failure: Error, Equatable {
        case closed
        case system(String, Int32)
        case silence
    }

    private let socket: Int32
    private var correlation: Int32 = 0
    /// What it calls itself.
    private let name: String

    init(port: Int, name: String = "test") throws {
        self.name = name
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure.system("socket", errno) }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_SNDTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure.system("connect", errno) }
    }

    deinit { Glibc.close(socket) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw errno == EAGAIN ? Failure.silence : .closed }
            sent += count
        }
    }

    /// Sends as much as goes out at once, and says how much that was.
    func sendAtOnce(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes {
            max(0, Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)))
        }
    }

    /// Whether the broker has hung up; what it sent before is thrown away.
    var isClosed: Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = bytes.withUnsafeMutableBytes {
                recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            if count == 0 { return true }
            if count < 0, errno != EINTR { return errno != EAGAIN }
        }
    }

    func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let more = bytes[received...].withUnsafeMutableBytes {
                recv(socket, $0.baseAddress, $0.count, 0)
            }
            // A process that was stopped and goes on meets this where a socket has a time-out (signal(7)).
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { throw more < 0 && errno == EAGAIN ? Failure.silence : .closed }
            received += more
        }
        return bytes
    }

    /// Everything up to the end of the connection.
    func receiveAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while true { bytes += try receive(1) }
        } catch Failure.closed {
            return bytes
        }
    }

    func receiveFrame() throws -> [UInt8] {
        var length = ByteReader(try receive(4))
        return try receive(Int(try length.read(Int32.self)))
    }

    /// Sends a request and returns its number.
    @discardableResult
    func send<Message: Request>(_ request: Message, version: Int16) throws -> Int32 {
        correlation += 1
        try send(encoded(request, version: version, correlation: correlation, client: name))
        return correlation
    }

    func receive<Message: Request>(
        answerTo type: Message.Type,
        version: Int16
    ) throws -> (correlation: Int32, Message.Response) {
        try decodedAnswer(to: type, version: version, receiveFrame())
    }

    /// Asks and waits for the answer.
    func ask<Message: Request>(_ request: Message, version: Int16) throws -> Message.Response {
        let number = try send(request, version: version)
        let (correlation, answer) = try receive(answerTo: Message.self, version: version)
        guard correlation == number else {
            throw ByteError.malformed("an answer to another request", at: 4)
        }
        return answer
    }
}
