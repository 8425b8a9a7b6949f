import ArgumentParser
import JSON

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
    @OptionGroup(title: "Lists") var list: ListOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind != .alert || name == nil && asOf == nil else {
            throw OptionVariables.inapplicable(
                "as-of",
                because: "Alerts are listed all together, as they are now: `tributary get alert`."
            )
        }
        if let name { try kind.check(name) }
        guard name == nil || list.isEmpty else {
            throw OptionVariables.inapplicable(
                "limit",
                "filter",
                "since",
                because: "--limit, --filter and --since are of lists, and not of one thing."
            )
        }
        guard list.since == nil || kind.timeField != nil else {
            throw OptionVariables.inapplicable(
                "since",
                because: "A \(kind.word) is declared: --since is of what happened."
            )
        }
        guard kind != .prediction || name != nil || asOf == nil else {
            throw OptionVariables.inapplicable(
                "as-of",
                because: "Predictions are listed as they are now."
            )
        }
    }

    func run() async throws {
        try await kind.check(with: options.client)
        var (shown, since) = (JSONValue?.none, ContinuousClock.now)
        while true {
            let answer = try await answer()
            if answer != shown {
                try show(answer)
                flushOutput()
                (shown, since) = (answer, .now)
            }
            guard watch else { return }
            if ContinuousClock.now - since >= Waiting.patience {
                let what = name ?? "the list of \(kind.word)s"
                printError("waiting for \(what) to change; Ctrl-C ends it")
                since = .now + .seconds(365 * 86_400)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func answer() async throws -> JSONValue {
        let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
        if let name {
            return try await options.client.ask(.GET, "\(kind.path)/\(name.urlEncoded)\(query)")
        }
        let lists = Lists(client: options.client, options: list)
        switch kind {
        case .version: return try await lists.versions(query)
        case .prediction: return try await lists.predictions()
        default: break
        }
        var items = try await options.client.ask(.GET, kind.path + query)["items"]?.array ?? []
        if kind.isDeclared {
            items.sort { ($0["name"]?.plain ?? "").naturallyPrecedes($1["name"]?.plain ?? "") }
        }
        let answer = try list.list(items, timeField: kind.timeField)
        guard output.form == .yaml, kind.isDeclared else { return answer }
        // As files have them, so that they can be applied.
        var documents: [JSONValue] = []
        for name in (answer["items"]?.array ?? []).compactMap({ $0["name"]?.string }) {
            documents.append(
                try await options.client.ask(.GET, "\(kind.path)/\(name.urlEncoded)\(query)")
            )
        }
        return answer["more"] == true
            ? ["documents": .array(documents), "more": true] : ["documents": .array(documents)]
    }

    private func show(_ answer: JSONValue) throws {
        let more = "There are more than these: --limit says how many are shown."
        if name != nil {
            try output.show(answer)
        } else if let documents = answer["documents"]?.array {
            if documents.isEmpty { printError("There are none.") }
            for (index, document) in documents.enumerated() {
                print((index == 0 ? "" : "---\n") + (try document.yaml()))
            }
            if answer["more"] == true { printError(more) }
        } else {
            try output.show(answer) { answer in
                printItems(answer)
                if answer["more"] == true { print(more) }
            }
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
        try await kind.check(with: options.client)
        let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
        let path = "\(kind.path)/\(name.urlEncoded)\(query)"
        let answer = try await options.client.ask(.GET, path)
        try output.show(try await Pinning(client: options.client).added(to: answer, of: kind))
    }
}

struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Deletes a resource that nothing uses. The records of a stream stay in its topic.",
        discussion: "Example: tributary delete endpoint late-arrival"
    )

    @Argument(
        help: "\(Kind.own.filter(\.isDeclared).map(\.word).joined(separator: ", "))."
    )
    var kind: Kind
    @Argument(help: "Its name.")
    var name: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var change: ChangeOptions

    func validate() throws {
        guard kind.isDeclared else {
            throw ValidationError(
                "What happened stays in the log: a \(kind.word) is not deleted."
            )
        }
    }

    func run() async throws {
        try await kind.check(with: change.options.client)
        let answer = try await change.ask(
            .DELETE,
            "\(kind.path)/\(name.urlEncoded)",
            to: "delete \(name)"
        )
        try output.show(answer) { answer in
            printTable([[answer["kind"]?.plain ?? "", name, answer["action"]?.plain ?? ""]])
        }
    }
}
