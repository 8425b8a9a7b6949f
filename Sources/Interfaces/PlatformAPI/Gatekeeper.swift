internal import HTTPTypes
internal import Hummingbird

/// Keeps web pages out: whatever the user visits could post to loopback from the user's own browser.
struct Gatekeeper: RouterMiddleware {
    let routes: RouteTable

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        try check(request)
        return try await next(request, context)
    }

    private func check(_ request: Request) throws {
        let host = request.head.authority ?? ""
        guard Self.isLoopback(host) else {
            throw Problem(
                "foreignHost",
                "Only loopback is served",
                .misdirectedRequest,
                "The Host `\(host)` is not this machine's loopback. Ask 127.0.0.1 or localhost; other names are refused "
                    + "until there is access control."
            )
        }
        if let sender = Self.foreignSender(of: request, at: host) {
            throw Problem(
                "foreignOrigin",
                "Requests of other sites are refused",
                .forbidden,
                "\(sender) is not this server's own."
            )
        }
        try routes.check(request)
        guard request.method != .get, request.method != .delete else { return }
        let type =
            request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() } ?? ""
        let takesLines = request.uri.path.hasSuffix("/records")
        guard type == "application/json" || takesLines && type == "application/x-ndjson" else {
            throw Problem(
                "mediaType",
                "The body has the wrong type",
                .unsupportedMediaType,
                takesLines
                    ? "Send `Content-Type: application/x-ndjson`, one JSON object a line."
                    : "Send `Content-Type: application/json`."
            )
        }
    }

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
    private static func foreignSender(of request: Request, at host: String) -> String? {
        if let origin = request.headers[.origin],
            !["http", "https"].contains(where: {
                "\($0)://\(host)".lowercased() == origin.lowercased()
            })
        {
            return "The Origin `\(origin)`"
        }
        if let site = request.headers[.fetchSite], ["cross-site", "same-site"].contains(site) {
            return "A page of which the browser says `Sec-Fetch-Site: \(site)`"
        }
        return nil
    }
}
