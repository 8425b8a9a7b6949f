import Glibc

/// Asks a server over HTTP/1.1 on a number of connections, one request in flight on each. One thread does it all, so that
/// on a small machine most of the time is the server's.
struct Exchanges {
    private struct Exchange {
        var socket: Int32
        var started = ContinuousClock.now
        var answer: [UInt8] = []
    }

    private var exchanges: [Exchange] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(to port: Int, connections: Int) throws {
        for _ in 0 ..< connections { exchanges.append(Exchange(socket: try connect(port: port))) }
    }

    func close() {
        for exchange in exchanges { Glibc.close(exchange.socket) }
    }

    /// `request`: The bytes of the nth request.
    /// Returns: How long each took, and all of them together.
    mutating func ask(
        _ count: Int,
        _ request: (Int) -> [UInt8]
    ) throws -> (latencies: Latencies, total: Duration) {
        var latencies = Latencies()
        var (asked, answered) = (0, 0)
        let start = ContinuousClock.now
        for index in exchanges.indices where asked < count {
            try send(request(asked), on: index)
            asked += 1
        }
        var waiting = exchanges.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        while answered < count {
            guard poll(&waiting, nfds_t(waiting.count), 10_000) > 0 else {
                throw Trouble("the server is silent")
            }
            for index in waiting.indices where waiting[index].revents != 0 {
                guard try receive(on: index) else { continue }
                latencies.add(.now - exchanges[index].started)
                answered += 1
                if asked < count {
                    try send(request(asked), on: index)
                    asked += 1
                }
            }
        }
        return (latencies, .now - start)
    }

    /// The body of one answer.
    mutating func body(of request: [UInt8]) throws -> [UInt8] {
        _ = try ask(1) { _ in request }
        let answer = exchanges[0].answer
        return Array(answer[(Self.bodyStart(of: answer) ?? answer.count)...])
    }

    private mutating func send(_ request: [UInt8], on index: Int) throws {
        exchanges[index].answer.removeAll(keepingCapacity: true)
        exchanges[index].started = .now
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                Glibc.send(exchanges[index].socket, bytes.baseAddress, bytes.count, 0)
            }
            guard count > 0 else { throw Trouble("the server hung up") }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether the answer is whole.
    private mutating func receive(on index: Int) throws -> Bool {
        let count = recv(exchanges[index].socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Trouble("the server hung up") }
        exchanges[index].answer += buffer[..<count]
        let answer = exchanges[index].answer
        guard let start = Self.bodyStart(of: answer) else { return false }
        let head = String(decoding: answer[..<start], as: UTF8.self).lowercased()
        guard head.hasPrefix("http/1.1 200") else {
            throw Trouble(String(decoding: answer, as: UTF8.self))
        }
        guard let field = head.firstRange(of: "content-length: ") else {
            throw Trouble("an answer without a length")
        }
        let length = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
        return answer.count >= start + length
    }

    private static func bodyStart(of answer: [UInt8]) -> Int? {
        answer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }
}

/// A blocking socket to loopback.
func connect(port: Int) throws -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 else { throw Trouble("no server listens at port \(port)") }
    return socket
}

/// A request of HTTP/1.1 with a JSON body.
func httpRequest(
    _ method: String,
    _ path: String,
    _ body: String = "",
    headers: String = ""
) -> [UInt8] {
    let about =
        body.isEmpty
        ? "" : "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
    return Array(
        "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)\(about)\r\n\(body)".utf8
    )
}

/// The lines of an answer that comes in pieces.
func everyLine(of path: String, from port: Int) throws -> [[UInt8]] {
    let socket = try connect(port: port)
    defer { close(socket) }
    let request = httpRequest("GET", path, headers: "Connection: close\r\n")
    guard send(socket, request, request.count, 0) == request.count else {
        throw Trouble("the server hung up")
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { break }
        answer += buffer[..<count]
    }
    // Between the pieces stand their lengths.
    return answer.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        .filter { $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") }
}
