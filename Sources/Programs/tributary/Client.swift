import ArgumentParser
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// Where the server is, and on whose behalf it is asked.
struct ServerOptions: ParsableArguments {
    @Option(help: "Where the server listens: HOST:PORT, or http://HOST:PORT.")
    var server = "127.0.0.1:8080"

    @Option(help: "Who asks; unverified until there is access control. Default: the user's name.")
    var actor: String?

    func validate() throws { _ = try Address.parse(address, option: "--server") }

    /// Without what makes a URL of it.
    var address: String {
        let scheme = "http://"
        guard server.lowercased().hasPrefix(scheme) else { return server }
        return String(server.dropFirst(scheme.count).prefix { $0 != "/" })
    }

    var client: Client { Client(address: address, actor: actor ?? userName) }
}

/// The same, of commands that change something.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var options: ServerOptions

    @Option(
        help:
            "The idempotency key: asked again with it, the command takes effect once. Default: a new one."
    )
    var key: String?

    /// Where nobody can tell whether it took effect, the failure says how to ask again.
    func ask(
        _ method: Client.Method,
        _ path: String,
        body: JSONValue? = nil,
        to deed: String
    ) async throws -> JSONValue {
        let key = key ?? String(UInt64.random(in: .min ... .max), radix: 16)
        do {
            return try await options.client.ask(
                method,
                path,
                body: body,
                headers: [("Idempotency-Key", key)],
                to: deed
            )
        } catch Failure.outcomeUnknown(let why) {
            throw Failure.outcomeUnknown(
                "\(why). Ask again with --key \(key): it takes effect once"
            )
        }
    }
}

/// Asks the server over HTTP.
struct Client {
    var address: String
    var actor: String
    /// False where somebody else says what is waited for.
    var saysWaits = true

    enum Method: String {
        case GET, POST, DELETE
    }

    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]

        func json() throws -> JSONValue { try JSONValue(parsing: body) }
    }

    /// The answer, if it is none of an error; what the server says is wrong otherwise.
    /// `deed`: What the server is waited for to do.
    func ask(
        _ method: Method,
        _ path: String,
        body: JSONValue? = nil,
        headers: [(String, String)] = [],
        to deed: String = "answer"
    ) async throws -> JSONValue {
        // Without it the route is another, such as that of a list.
        let parts = path.prefix { $0 != "?" }
        guard !parts.hasSuffix("/"), !parts.contains("//") else {
            throw Failure.refused("refused: a name or an id is empty.")
        }
        var head = headers
        if body != nil { head.append(("Content-Type", "application/json")) }
        let bytes = try body?.bytes(.compact) ?? []
        let answer = try await send(method, path, headers: head, body: bytes, to: deed)
        guard answer.status < 400 else { throw problem(answer) }
        return try answer.json()
    }

    /// The lines of an answer as they come.
    func lines(
        _ path: String,
        to deed: String,
        _ line: (String) throws -> Void
    ) async throws {
        var rest: [UInt8] = []
        let head = try await exchange(.GET, path, headers: [], body: [], to: deed) { head, chunk in
            guard head.status.code < 400 else {
                rest += chunk
                return
            }
            // A line may be of many megabytes: no byte of it is looked at twice.
            var chunk = chunk[...]
            while let end = chunk.firstIndex(of: UInt8(ascii: "\n")) {
                rest += chunk[..<end]
                try line(String(decoding: rest, as: UTF8.self))
                rest.removeAll(keepingCapacity: true)
                chunk = chunk[(end + 1)...]
            }
            rest += chunk
        }
        guard head.status.code < 400 else {
            throw problem(Answer(status: Int(head.status.code), headers: head.headers, body: rest))
        }
    }

    func send(
        _ method: Method,
        _ path: String,
        headers: [(String, String)],
        body: [UInt8],
        to deed: String
    ) async throws -> Answer {
        var bytes: [UInt8] = []
        let head = try await exchange(method, path, headers: headers, body: body, to: deed) {
            _,
            chunk in
            bytes += chunk
        }
        return Answer(status: Int(head.status.code), headers: head.headers, body: bytes)
    }

    /// `take`: Gets the body in pieces, as they come.
    private func exchange(
        _ method: Method,
        _ path: String,
        headers: [(String, String)],
        body: [UInt8],
        to deed: String,
        _ take: (HTTPResponseHead, ByteBufferView) throws -> Void
    ) async throws -> HTTPResponseHead {
        let what = saysWaits ? "the server at \(address) to \(deed)" : nil
        return try await Waiting.saying(what) { waiting in
            let channel = try await connect()
            do {
                return try await exchange(
                    method,
                    path,
                    headers: headers,
                    body: body,
                    over: channel
                ) { head, chunk in
                    // A follower's answer has empty pieces while nothing comes.
                    if !chunk.isEmpty { waiting.noteProgress() }
                    try take(head, chunk)
                }
            } catch let error
                where error is IOError || error is ChannelError || error is HTTPParserError
            {
                throw Failure.outcomeUnknown("the connection to \(address) broke: \(error)")
            }
        }
    }

    private func exchange(
        _ method: Method,
        _ path: String,
        headers: [(String, String)],
        body: [UInt8],
        over channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>,
        _ take: (HTTPResponseHead, ByteBufferView) throws -> Void
    ) async throws -> HTTPResponseHead {
        try await channel.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(
                version: .http1_1,
                method: HTTPMethod(rawValue: method.rawValue),
                uri: path
            )
            head.headers.add(name: "Host", value: address)
            head.headers.add(name: "Connection", value: "close")
            head.headers.add(name: "Tributary-Actor", value: actor)
            for (name, value) in headers { head.headers.add(name: name, value: value) }
            if !body.isEmpty || method == .POST {
                head.headers.add(name: "Content-Length", value: String(body.count))
            }
            var parts: [HTTPClientRequestPart] = [.head(head)]
            if !body.isEmpty { parts.append(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            parts.append(.end(nil))
            // All at once: the server may answer and hang up as soon as it has what it needs.
            try await outbound.write(contentsOf: parts)
            var answer: HTTPResponseHead?
            for try await part in inbound {
                switch part {
                case .head(let head): answer = head
                case .body(let buffer): if let answer { try take(answer, buffer.readableBytesView) }
                case .end: if let answer { return answer }
                }
            }
            throw Failure.outcomeUnknown(
                "the server at \(address) closed the connection before its answer was whole"
            )
        }
    }

    private func connect() async throws -> NIOAsyncChannel<
        HTTPClientResponsePart, HTTPClientRequestPart
    > {
        let (host, port) = try Address.parse(address, option: "--server")
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Failure.noServer(
                "no server answers at \(address): start one with `tributary serve`, or say where it is with --server"
            )
        }
    }

    private func problem(_ answer: Answer) -> Failure {
        let detail: String
        var problem: JSONValue?
        var isApply = false
        var isUnknown = false
        do {
            let json = try answer.json()
            problem = json
            let errors = json["errors"]?.array?.map { error in
                "\(error["file"]?.string ?? ""):\(error["line"]?.integer ?? 0):\(error["column"]?.integer ?? 0)  "
                    + (error["message"]?.string ?? "")
            }
            isApply = errors != nil
            isUnknown = json["type"] == "outcomeUnknown"
            detail = ((errors ?? []) + [json["detail"]?.string ?? "status \(answer.status)"])
                .joined(separator: "\n")
        } catch {
            detail =
                "the server answered \(answer.status): \(String(decoding: answer.body.prefix(200), as: UTF8.self))"
        }
        return isUnknown
            ? .outcomeUnknown(detail)
            : .refused(isApply ? detail : "refused: \(detail)", problem)
    }
}
