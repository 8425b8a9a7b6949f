import ArgumentParser
import JSON

struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a version of a model by its recipe, as a run, and registers it.",
        discussion: "Example: tributary train late-arrival --dataset late_arrivals@1"
    )

    @Argument(help: "The model.")
    var model: String
    @Option(help: "The sealed dataset version: NAME@N.")
    var dataset: String
    @Option(help: "The revision of your code, for the run's record.")
    var codeRevision: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var change: ChangeOptions

    func run() async throws {
        var body: [(String, JSONValue)] = [("dataset", .string(dataset))]
        if let codeRevision { body.append(("codeRevision", .string(codeRevision))) }
        let answer = try await change.ask(
            .POST,
            "/api/v1/models/\(model.urlEncoded)/train",
            body: .object(body),
            to: "train \(model) on \(dataset)"
        )
        try output.show(answer) { answer in
            print(
                "\(model)@\(answer["version"]?.plain ?? "")  run \(answer["run"]?.plain ?? "")  artifact "
                    + String((answer["artifact"]?.plain ?? "").prefix(16))
            )
            let metrics = answer["metrics"]?.object ?? []
            printTable(metrics.map { [$0, $1.plain] }, indent: 2)
            if metrics.isEmpty {
                print(
                    "No metrics: the rows are too few, or the labels of the earlier ones all alike, to hold the last ones out."
                )
            }
        }
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Shows and compares training runs.",
        discussion: "Example: tributary run show 0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10",
        subcommands: [Show.self, Compare.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a run with its parameters, metrics and artifacts.",
            discussion: "Example: tributary run show 0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
        )

        @Argument(help: "The run, or as much of its beginning as no other has.")
        var run: String
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            try output.show(
                try await options.client.ask(.GET, "/api/v1/runs/\(run.urlEncoded)")
            )
        }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts runs side by side: parameters and metrics that differ.",
            discussion: "Example: tributary run compare RUN RUN"
        )

        @Argument(
            help: "Two runs or more; as much of the beginning of each as no other has will do."
        )
        var runs: [String]
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func validate() throws {
            guard runs.count > 1 else { throw ValidationError("Give two runs or more.") }
        }

        func run() async throws {
            var answers: [JSONValue] = []
            for run in runs {
                answers.append(
                    try await options.client.ask(.GET, "/api/v1/runs/\(run.urlEncoded)")
                )
            }
            let ids = answers.map { $0["run"]?.plain ?? "" }
            var rows = [[""] + ids.map { String($0.prefix(13)) }]
            var differing: [JSONValue] = []
            func add(_ name: String, _ values: [String], in group: String = "") {
                let differs = Set(values).count > 1
                rows.append([(differs ? "* " : "  ") + name] + values)
                if differs { differing.append(.string(group + name)) }
            }
            for key in ["model", "dataset", "engine", "status"] {
                add(key, answers.map { $0[key]?.plain ?? "" })
            }
            for group in ["parameters", "metrics"] {
                let names = Set(answers.flatMap { $0[group]?.object?.map(\.0) ?? [] }).sorted()
                for name in names {
                    add(name, answers.map { Self.last($0[group]?[name]) }, in: "\(group).")
                }
            }
            try output.show(["runs": .array(answers), "differing": .array(differing)]) { _ in
                printTable(rows)
            }
        }

        /// Of a metric with rounds, the last.
        private static func last(_ value: JSONValue?) -> String {
            (value?.array?.last ?? value)?.plain ?? ""
        }
    }
}

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Approves, promotes and rolls back versions of models.",
        discussion: "Example: tributary model history late-arrival",
        subcommands: [Approve.self, Promote.self, Rollback.self, History.self, Evaluate.self]
    )

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says that a version is fit for a stage.",
            discussion:
                "Example: tributary model approve late-arrival@1 --actor grace --reason \"better than the baseline\""
        )

        @Argument(help: "NAME@N.", transform: VersionName.init)
        var version: VersionName
        @Option(help: "test or production.")
        var stage = "production"
        @Option(help: "Why, in your own words.")
        var reason = ""
        @OptionGroup var output: OutputOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try output.show(try await move(version, "approve", stage, reason, change)) { answer in
                let isNew = answer["action"] != "unchanged"
                print("\(version)  approved for \(stage)\(isNew ? "" : " already")")
            }
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a version at a stage; the one that stood there is archived.",
            discussion:
                "Example: tributary model promote late-arrival@1 --stage production --actor ada"
        )

        @Argument(help: "NAME@N.", transform: VersionName.init)
        var version: VersionName
        @Option(help: "test or production.")
        var stage: String
        @Option(help: "Why, in your own words.")
        var reason = ""
        @OptionGroup var output: OutputOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try output.show(try await move(version, "promote", stage, reason, change)) { answer in
                let isNew = answer["action"] != "unchanged"
                print("\(version)  \(isNew ? "now" : "already") at \(stage)")
            }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings back the version that stood at a stage before.",
            discussion:
                "Example: tributary model rollback late-arrival --reason \"too many false alarms\""
        )

        @Argument(help: "The model.")
        var name: String
        @Option(help: "test or production.")
        var stage = "production"
        @Option(help: "Why, in your own words.")
        var reason = ""
        @OptionGroup var output: OutputOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let answer = try await change.ask(
                .POST,
                "/api/v1/models/\(name.urlEncoded)/rollback",
                body: ["stage": .string(stage), "reason": .string(reason)],
                to: "roll back \(name)"
            )
            try output.show(answer) { answer in
                print("\(name)@\(answer["version"]?.plain ?? "")  stands at \(stage) again")
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells what happened to a model, and who did it.",
            discussion: "Example: tributary model history late-arrival"
        )

        @Argument(help: "The model.")
        var name: String
        @Option(help: "As of a position (tributary.models/0@12) or an instant.")
        var asOf: String?
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
            let answer = try await options.client.ask(
                .GET,
                "/api/v1/models/\(name.urlEncoded)/history\(query)"
            )
            try output.show(answer) { answer in
                printTable(
                    (answer["items"]?.array ?? []).map { item in
                        let version = item["version"]?.integer.map { "@\($0)" } ?? ""
                        let others = ["stage", "actor", "reason"].map { item[$0]?.plain ?? "" }
                        return [item["at"]?.plain ?? "", item["kind"]?.plain ?? "", version]
                            + others
                    }
                )
            }
        }
    }

    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judges a version and its baseline on the rows of a sealed dataset version.",
            discussion: "Example: tributary model evaluate late-arrival@1 --dataset late_arrivals@2"
        )

        @Argument(help: "NAME@N.", transform: VersionName.init)
        var version: VersionName
        @Option(help: "NAME@N of the dataset.")
        var dataset: String
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let answer = try await options.client.ask(
                .POST,
                "\(version.path)/evaluate",
                body: ["dataset": .string(dataset)],
                to: "judge \(version) on \(dataset)"
            )
            try output.show(answer) { answer in
                let rows = answer["rows"]?.integer ?? 0
                print("\(version) on \(dataset), \(counted(rows, "row"))")
                if let known = answer["rowsTrainedOn"]?.integer, known > 0 {
                    print(
                        "It was trained on \(known == rows ? "these rows" : "\(known) of these rows"): "
                            + "the figures say how well it remembers them, and not how well it predicts."
                    )
                }
                printTable(
                    ["xgboost", "logistic"].map { engine in
                        [engine] + (answer[engine]?.object ?? []).map { "\($0) \($1.plain)" }
                    },
                    indent: 2
                )
            }
        }
    }
}

private func move(
    _ version: VersionName,
    _ verb: String,
    _ stage: String,
    _ reason: String,
    _ change: ChangeOptions
) async throws -> JSONValue {
    try await change.ask(
        .POST,
        "\(version.path)/\(verb)",
        body: ["stage": .string(stage), "reason": .string(reason)],
        to: "\(verb) \(version)"
    )
}

extension VersionName {
    fileprivate var path: String { "/api/v1/models/\(name.urlEncoded)/versions/\(number)" }
}
