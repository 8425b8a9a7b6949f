internal import HTTPTypes

/// Every command there is, found by the parts of a path: a look at each part, however many commands there are.
public struct RouteTable: Sendable {
    /// A place in the tree of paths.
    private struct Node {
        /// What comes next, by its name.
        var parts: [Substring: Int] = [:]
        /// What any other part leads to.
        var anything: Int?
        /// What ends here, by its method.
        var ends: [String: End] = [:]
    }

    private struct End {
        var command: Command
        /// What stands in braces, in order.
        var names: [String]
    }

    private var nodes = [Node()]
    private var manners: [Substring: Manner] = [:]
    /// In the order of the doors.
    public private(set) var commands: [Command] = []

    public init(_ doors: [any Door]) {
        for door in doors {
            for command in door.commands { add(command) }
            if let manner = door.manner { manners[manner.root[...]] = manner }
        }
    }

    private mutating func add(_ command: Command) {
        var here = 0
        var names: [String] = []
        for part in Self.parts(of: command.path) {
            if part.first == "{" {
                names.append(String(part.dropFirst().dropLast()))
                here = nodes[here].anything ?? append { $0[here].anything = $1 }
            } else {
                here = nodes[here].parts[part] ?? append { $0[here].parts[part] = $1 }
            }
        }
        let method = command.method.rawValue
        precondition(
            nodes[here].ends[method] == nil,
            "\(method) \(command.path) is one command."
        )
        nodes[here].ends[method] = End(command: command, names: names)
        commands.append(command)
    }

    private mutating func append(_ link: (inout [Node], Int) -> Void) -> Int {
        nodes.append(Node())
        link(&nodes, nodes.count - 1)
        return nodes.count - 1
    }

    /// What answers a request, and what its path has for the braces. What answers GET answers HEAD too. A part that is
    /// written in a path goes before one that may be anything, where both take the method: so a thing may be called like a
    /// part of another path.
    func find(
        _ method: HTTPRequest.Method,
        _ path: String
    ) -> (command: Command, arguments: [String: Substring])? {
        let method = method == .head ? "GET" : method.rawValue
        var found: (command: Command, arguments: [String: Substring])?
        visit(Self.parts(of: path)[...]) { node, arguments in
            guard let end = nodes[node].ends[method] else { return true }
            let pairs = zip(end.names, arguments).map { ($0, $1) }
            found = (end.command, Dictionary(pairs) { _, last in last })
            return false
        }
        return found
    }

    /// The methods that a path takes, in order; empty: nobody serves it.
    func methods(of path: String) -> [String] {
        var methods: Set<String> = []
        visit(Self.parts(of: path)[...]) { node, _ in
            methods.formUnion(nodes[node].ends.keys)
            return true
        }
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
            .method,
            "The path does not take this method",
            .methodNotAllowed,
            "\(path) takes \(allowed), and not \(method.rawValue).",
            allow: allowed
        )
    }

    /// How a path says that something went wrong.
    func manner(of path: String) -> Manner {
        path.split(separator: "/", maxSplits: 1).first.flatMap { manners[$0] } ?? .problems
    }

    /// What the body of a request may be.
    func form(_ method: HTTPRequest.Method, _ path: String) -> BodyForm {
        find(method, path)?.command.body ?? manner(of: path).form
    }

    /// The nodes at which a path may end, until one is enough; there are as many as there are paths written alike.
    @discardableResult
    private func visit(
        _ parts: ArraySlice<Substring>,
        from here: Int = 0,
        _ arguments: [Substring] = [],
        _ isNotEnough: (_ node: Int, _ arguments: [Substring]) -> Bool
    ) -> Bool {
        guard let part = parts.first else { return isNotEnough(here, arguments) }
        let rest = parts.dropFirst()
        if let next = nodes[here].parts[part], !visit(rest, from: next, arguments, isNotEnough) {
            return false
        }
        guard let next = nodes[here].anything else { return true }
        return visit(rest, from: next, arguments + [part], isNotEnough)
    }

    private static func parts(of path: String) -> [Substring] { path.split(separator: "/") }
}
