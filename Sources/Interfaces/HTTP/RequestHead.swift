internal import HTTPTypes
internal import JSON
internal import NIOCore
internal import NIOHTTP1

extension HTTPRequestHead {
    /// What the decoder lets through and no server may (RFC 9112, 3.2 and 6).
    func check() throws(Problem) {
        let hosts = headers["Host"].count
        guard hosts == 1 || hosts == 0 && version.minor == 0 else {
            throw .notHTTP(
                hosts == 0
                    ? "A request of HTTP/1.1 names its `Host`."
                    : "The request names \(hosts) times a `Host`."
            )
        }
        guard uri.hasPrefix("/") || uri == "*" && method == .OPTIONS else {
            throw .notHTTP("The path begins with `/`, and `\(uri.prefix(100))` does not.")
        }
        let lengths = headers["Content-Length"]
        guard lengths.count <= 1, lengths.allSatisfy({ Int($0).map { $0 >= 0 } ?? false }) else {
            throw .notHTTP("`Content-Length` is one number.")
        }
        let codings = headers["Transfer-Encoding"]
        guard codings.isEmpty || lengths.isEmpty && version.minor > 0 else {
            throw .notHTTP("`Transfer-Encoding` belongs to HTTP/1.1, without a `Content-Length`.")
        }
        guard codings.isEmpty || codings.count == 1 && codings[0].lowercased() == "chunked" else {
            throw Problem(
                .badRequest,
                "HTTP was used wrongly",
                .notImplemented,
                "Of the transfer codings only `chunked` is known."
            )
        }
    }

    /// Whether the client waits with its body until it is told to send it (RFC 9110, 10.1.1).
    func expectsContinue() throws(Problem) -> Bool {
        let expected = headers["Expect"]
        // HTTP/1.0 has no such thing, and must not be answered so.
        guard !expected.isEmpty, version.minor > 0 else { return false }
        guard expected.count == 1, expected[0].lowercased() == "100-continue" else {
            throw Problem(
                .badRequest,
                "HTTP was used wrongly",
                .expectationFailed,
                "Only `Expect: 100-continue` can be fulfilled."
            )
        }
        return bodyLength != 0
    }

    /// Nil: it comes in chunks.
    var bodyLength: Int? {
        if headers.contains(name: "Transfer-Encoding") { return nil }
        return headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    }
}

extension HTTPRequest {
    init(_ head: HTTPRequestHead) {
        var fields = HTTPFields()
        for (name, value) in head.headers where name.lowercased() != "host" {
            // The decoder takes names that are tokens only.
            if let name = HTTPField.Name(name) {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        self.init(
            method: HTTPRequest.Method(head.method.rawValue) ?? .get,
            scheme: "http",
            authority: head.headers.first(name: "Host"),
            path: head.uri,
            headerFields: fields
        )
    }
}

extension Problem {
    static func notHTTP(_ detail: String) -> Problem {
        Problem(.badRequest, "HTTP was used wrongly", .badRequest, detail)
    }

    static func tooManyConnections(_ limit: Int) -> Problem {
        Problem(
            .busy,
            "Too much at once",
            .serviceUnavailable,
            "\(limit) connections are open and at work, and there are no more: ask again.",
            retryAfterSeconds: 1
        )
    }

    static func tooSlow(_ part: String, _ time: TimeAmount) -> Problem {
        Problem(
            .tooSlow,
            "The request does not come to its end",
            .requestTimeout,
            "Of the \(part) too little came within \(Double(time.nanoseconds) / 1_000_000_000) s."
        )
    }

    /// What the decoder could not read.
    init(_ error: HTTPParserError, _ state: ConnectionState, _ limits: HTTPLimits) {
        switch error {
        case .headerOverflow where state.lineBytes > limits.lineBytes:
            self.init(
                .badRequest,
                "HTTP was used wrongly",
                .uriTooLong,
                "The request line takes \(limits.lineBytes) bytes at most."
            )
        case .headerOverflow:
            self.init(
                .badRequest,
                "HTTP was used wrongly",
                .requestHeaderFieldsTooLarge,
                "A header takes \(limits.lineBytes) bytes at most, and all of them \(limits.headBytes)."
            )
        case .invalidVersion:
            self.init(
                .badRequest,
                "HTTP was used wrongly",
                .httpVersionNotSupported,
                "HTTP/1.1 and HTTP/1.0 are spoken."
            )
        case .invalidEOFState:
            self = .notHTTP("The connection ended in the middle of the request.")
        case .invalidChunkSize: self = .notHTTP("A chunk of the body is no chunk.")
        default: self = .notHTTP("The request is no HTTP/1.1: \(error).")
        }
    }

    func bytes(in manner: Manner) -> [UInt8] {
        do throws(JSONError) {
            return try manner.body(self).bytes(.compact)
        } catch {
            preconditionFailure("Text and whole numbers can be written: \(error)")
        }
    }
}
