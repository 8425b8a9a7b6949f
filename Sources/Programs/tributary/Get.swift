import ArgumentParser
import JSON

/// What `get`, `describe` and `delete` are about.
enum Kind: String, ExpressibleByArgument, CaseIterable {
    case stream, featureview, dataset, model, version, endpoint, run, prediction, alert

    init?(argument: String) {
        let word = argument.lowercased()
        self.init(rawValue: word.hasSuffix("s") ? String(word.dropLast()) : word)
    }

    static let list = allCases.map(\.rawValue).joined(separator: ", ")

    var path: String {
        switch self {
        case .featureview: "/api/v1/features"
        case .version: "/api/v1/models"
        default: "/api/v1/\(rawValue)s"
        }
    }

    /// Whether there can be a list of all of them.
    var isListed: Bool { self != .prediction && self != .version }
    /// Whether it is declared, and can be deleted.
    var isDeclared: Bool {
        switch self {
        case .stream, .featureview, .dataset, .model, .endpoint: true
        case .version, .run, .prediction, .alert: false
        }
    }

    /// Refuses a name that cannot be one of the kind.
    func check(_ name: String) throws {
        if self == .version { _ = try VersionName(name) }
    }
}

struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists resources of a kind, or shows one.",
        discussion: "Example: tributary get stream"
    )

    @Argument(help: "\(Kind.list).")
    var kind: Kind
    @Argument(help: "Only this one.")
    var name: String?
    @Option(help: "As of a position (tributary.streams/0@12) or an instant (2026-01-31T12:00:00Z).")
    var asOf: String?
    @Flag(help: "Show it again whenever it has changed, until interrupted.")
    var watch = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind != .alert || name == nil && asOf == nil else {
            throw ValidationError(
                "Alerts are listed all together, as they are now: `tributary get alert`."
            )
        }
        if let name { try kind.check(name) }
        guard kind.isListed || name != nil else {
            throw ValidationError(
                kind == .version
                    ? "Versions belong to a model: `tributary describe model NAME` lists them."
                    : "Say which one: `tributary events tributary.predictions` shows all of them."
            )
        }
    }

    func run() async throws {
        let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
        let path = kind.path + (name.map { "/\($0.urlEncoded)" } ?? "") + query
        var shown: JSONValue?
        while true {
            let answer = try await options.client.ask(.GET, path)
            if answer != shown {
                if name == nil {
                    try output.show(answer, table: printItems)
                } else {
                    try output.show(answer)
                }
                flushOutput()
                shown = answer
            }
            guard watch else { return }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func printItems(_ answer: JSONValue) {
        let items = answer["items"]?.array ?? []
        guard !items.isEmpty else { return print("There are none.") }
        var columns: [String] = []
        for item in items {
            for (key, _) in item.object ?? [] where !columns.contains(key) { columns.append(key) }
        }
        printTable(
            [columns.map { $0.uppercased() }]
                + items.map { item in columns.map { item[$0]?.plain ?? "" } }
        )
    }
}

struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows one resource with all that is known of it.",
        discussion: "Example: tributary describe stream flights.arrived"
    )

    @Argument(help: "\(Kind.list).")
    var kind: Kind
    @Argument(help: "Its name; a version is NAME@N.")
    var name: String
    @Option(help: "As of a position (tributary.streams/0@12) or an instant (2026-01-31T12:00:00Z).")
    var asOf: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind != .alert else {
            throw ValidationError("Alerts are not described; `tributary get alert` lists them.")
        }
        try kind.check(name)
    }

    func run() async throws {
        let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
        let path = "\(kind.path)/\(name.urlEncoded)\(query)"
        try output.show(try await options.client.ask(.GET, path))
    }
}

struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Deletes a resource that nothing uses. The records of a stream stay in its topic.",
        discussion: "Example: tributary delete endpoint late-arrival"
    )

    @Argument(
        help: "\(Kind.allCases.filter(\.isDeclared).map(\.rawValue).joined(separator: ", "))."
    )
    var kind: Kind
    @Argument(help: "Its name.")
    var name: String
    @OptionGroup var change: ChangeOptions

    func validate() throws {
        guard kind.isDeclared else {
            throw ValidationError(
                "What happened stays in the log: a \(kind.rawValue) is not deleted."
            )
        }
    }

    func run() async throws {
        let answer = try await change.ask(.DELETE, "\(kind.path)/\(name.urlEncoded)")
        printTable([[answer["kind"]?.plain ?? "", name, answer["action"]?.plain ?? ""]])
    }
}
