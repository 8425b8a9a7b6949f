internal import HTTPTypes

/// Decides by the head of a request alone whether it is let in: before its body is read, and before a client that
/// waits with its body (`Expect: 100-continue`) is told to send it.
///
/// It keeps web pages out: whatever the user visits could post to loopback from the user's own browser.
struct Gatekeeper: Sendable {
    let routes: RouteTable
    let limits: HTTPLimits

    func check(_ head: HTTPRequest) throws(Problem) {
        let host = head.authority ?? ""
        guard Self.isLoopback(host) else {
            throw Problem(
                .foreignHost,
                "Only loopback is served",
                .misdirectedRequest,
                "The Host `\(host)` is not this machine's loopback. Ask 127.0.0.1 or localhost; other names are refused "
                    + "until there is access control."
            )
        }
        if let sender = Self.foreignSender(of: head, at: host) {
            throw Problem(
                .foreignOrigin,
                "Requests of other sites are refused",
                .forbidden,
                "\(sender) is not this server's own."
            )
        }
        try routes.check(head.method, head.pathAlone)
        switch head.method {
        case .get, .head, .delete, .options: break
        default:
            try checkType(of: head)
            _ = try ContentCoding(head.headerFields)
        }
        try checkLength(of: head)
    }

    /// What may be asked of a path, or of the whole server; nil: nobody serves it.
    func allowed(_ head: HTTPRequest) -> String? {
        let path = head.pathAlone
        if path == "*" { return "DELETE, GET, HEAD, OPTIONS, POST" }
        let methods = routes.methods(of: path)
        return methods.isEmpty ? nil : methods.joined(separator: ", ")
    }

    // What may come in a body.

    private func checkType(of head: HTTPRequest) throws(Problem) {
        let form = routes.form(head.method, head.pathAlone)
        guard let text = head.headerFields[.contentType] else {
            // A browser sends no type where a page has it send bytes, and says then whose page that is.
            guard form.mayLackType, head.isOfNoBrowser else {
                throw Self.wrongType(
                    "The body has no `Content-Type`: send `\(form.mediaTypes[0])`."
                )
            }
            return
        }
        guard let type = MediaType(text), form.mediaTypes.contains(type.name) else {
            throw Self.wrongType(form.advice(instead: text))
        }
        if let charset = type.charset, !["utf-8", "utf8", "us-ascii"].contains(charset) {
            throw Self.wrongType(
                "The body is read as UTF-8, and `Content-Type` says `charset=\(charset)`."
            )
        }
    }

    private static func wrongType(_ detail: String) -> Problem {
        Problem(.mediaType, "The body has the wrong type", .unsupportedMediaType, detail)
    }

    private func checkLength(of head: HTTPRequest) throws(Problem) {
        let limit = routes.form(head.method, head.pathAlone).limit(limits)
        if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > limit {
            throw .tooLarge(limit)
        }
    }

    // Who asks.

    static func isLoopback(_ authority: String) -> Bool {
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[authority.index(after: authority.startIndex) ..< end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    /// What betrays a page of another site, or of another port. A browser sends no Origin with an image, and says only
    /// by Fetch Metadata (https://www.w3.org/TR/fetch-metadata/) whose page has asked for it.
    private static func foreignSender(of head: HTTPRequest, at host: String) -> String? {
        if let origin = head.headerFields[.origin],
            !["http", "https"].contains(where: {
                "\($0)://\(host)".lowercased() == origin.lowercased()
            })
        {
            return "The Origin `\(origin)`"
        }
        if let site = head.headerFields[.fetchSite], ["cross-site", "same-site"].contains(site) {
            return "A page of which the browser says `Sec-Fetch-Site: \(site)`"
        }
        return nil
    }
}

extension HTTPRequest {
    /// The path without the question behind it.
    var pathAlone: String { String((path ?? "").prefix { $0 != "?" && $0 != "#" }) }

    /// Whether nothing says that a browser sends it.
    fileprivate var isOfNoBrowser: Bool {
        headerFields[.origin] == nil && headerFields[.fetchSite] == nil
    }
}

extension Problem {
    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            .tooLarge,
            "The body is too large",
            .contentTooLarge,
            "At most \(limit) bytes, as they come and unpacked."
        )
    }

    static func unpacksTooLarge(_ limit: Int) -> Problem {
        Problem(
            .tooLarge,
            "The body is too large",
            .contentTooLarge,
            "Unpacked it holds more than \(limit) bytes, which is the most that may come: send it in parts."
        )
    }

    static func tooManyValues(_ limit: Int) -> Problem {
        Problem(
            .tooLarge,
            "The body is too large",
            .contentTooLarge,
            "It holds so many values or lines that reading them takes more memory than all bodies may have, which is \(limit) bytes: send it in parts."
        )
    }
}
