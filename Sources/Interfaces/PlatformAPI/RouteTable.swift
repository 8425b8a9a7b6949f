internal import HTTPTypes
internal import Hummingbird

/// Every route there is: what the router serves, and which methods a path takes.
struct RouteTable: Sendable {
    typealias Answer =
        @Sendable @concurrent (Request, BasicRequestContext) async throws -> Response

    private struct Route: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var parts: [Substring]
        var answer: Answer
    }

    private var routes: [Route] = []

    mutating func add(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ answer: @escaping Answer
    ) {
        let parts = Self.parts(of: path)
        routes.append(Route(method: method, path: path, parts: parts, answer: answer))
    }

    /// What answers GET answers HEAD too.
    func serve(on router: Router<BasicRequestContext>) {
        for route in routes {
            router.on(RouterPath(route.path), method: route.method, use: route.answer)
            if route.method == .get {
                router.on(RouterPath(route.path), method: .head, use: route.answer)
            }
        }
    }

    /// The methods that a path takes, in order; empty: nobody serves it.
    func methods(of path: String) -> [String] {
        let asked = Self.parts(of: path)
        var methods = Set(routes.filter { $0.parts.fits(asked) }.map(\.method.rawValue))
        guard !methods.isEmpty else { return [] }
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted()
    }

    /// Refuses a method that a path does not take, and says which it does. Paths that nobody serves are left alone.
    func check(_ method: HTTPRequest.Method, _ path: String) throws(Problem) {
        let methods = methods(of: path)
        guard !methods.isEmpty, !methods.contains(method.rawValue) else { return }
        let allowed = methods.joined(separator: ", ")
        throw Problem(
            "method",
            "The path does not take this method",
            .methodNotAllowed,
            "\(path) takes \(allowed), and not \(method.rawValue).",
            allow: allowed
        )
    }

    private static func parts(of path: String) -> [Substring] { path.split(separator: "/") }
}

extension [Substring] {
    /// Whether a path is one of this route's: `:name` stands for any part.
    fileprivate func fits(_ path: [Substring]) -> Bool {
        count == path.count && zip(self, path).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}

extension RouteTable {
    /// Where a name that stands for `:name` would lead to another route's path, which lacks the method: a thing of that
    /// name could not be reached. Empty if every thing can be.
    var hidden: [String] {
        let written = Set(routes.map { "\($0.method.rawValue) \($0.path)" })
        return routes.flatMap { route in
            Set(routes.map(\.path)).sorted().filter { path in
                path != route.path && !path.contains(":") && route.parts.fits(Self.parts(of: path))
                    && !written.contains("\(route.method.rawValue) \(path)")
            }.map { "\(route.method.rawValue) \(route.path) is hidden by \($0)" }
        }
    }
}
