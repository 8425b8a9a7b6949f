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
    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputForm.table
    @OptionGroup var options: ServerOptions

    func run() async throws {
        var body: [(String, JSONValue)] = [("dataset", .string(dataset))]
        if let codeRevision { body.append(("codeRevision", .string(codeRevision))) }
        let answer = try await options.client.ask(
            .POST,
            "/api/v1/models/\(model.urlEncoded)/train",
            body: .object(body)
        )
        guard output == .table else { return print(try answer.text(.pretty)) }
        print(
            "\(model)@\(answer["version"]?.plain ?? "")  run \(answer["run"]?.plain ?? "")  artifact "
                + String((answer["artifact"]?.plain ?? "").prefix(16))
        )
        for (name, value) in answer["metrics"]?.object ?? [] {
            print(pad("  " + name, 28) + value.plain)
        }
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Shows and compares training runs.",
        discussion: "Example: tributary get run",
        subcommands: [Show.self, Compare.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a run with its parameters, metrics and artifacts.",
            discussion: "Example: tributary run show 0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
        )

        @Argument(help: "The run.")
        var run: String
        @Option(name: .shortAndLong, help: "yaml or json.")
        var output = OutputForm.yaml
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let answer = try await options.client.ask(.GET, "/api/v1/runs/\(run.urlEncoded)")
            print(output == .json ? try answer.text(.pretty) : try answer.yaml())
        }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts runs side by side: parameters and metrics that differ.",
            discussion: "Example: tributary run compare RUN RUN"
        )

        @Argument(help: "Two runs or more.")
        var runs: [String]
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
            print(pad("", 28) + runs.map { pad(String($0.prefix(13)), 16) }.joined())
            for key in ["model", "dataset", "engine", "status"] {
                show(key, answers.map { $0[key]?.plain ?? "" })
            }
            for group in ["parameters", "metrics"] {
                let names = Set(answers.flatMap { $0[group]?.object?.map(\.0) ?? [] }).sorted()
                for name in names {
                    show(name, answers.map { Self.last($0[group]?[name]) })
                }
            }
        }

        /// Of a metric with rounds, the last.
        private static func last(_ value: JSONValue?) -> String {
            (value?.array?.last ?? value)?.plain ?? ""
        }

        private func show(_ name: String, _ values: [String]) {
            let mark = Set(values).count > 1 ? "* " : "  "
            print(pad(mark + name, 28) + values.map { pad(String($0.prefix(14)), 16) }.joined())
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

        @Argument(help: "NAME@N.")
        var version: String
        @Option(help: "test or production.")
        var stage = "production"
        @Option(help: "Why, in your own words.")
        var reason = ""
        @OptionGroup var options: ServerOptions

        func run() async throws {
            try await move(version, "approve", stage, reason, options)
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a version at a stage; the one that stood there is archived.",
            discussion:
                "Example: tributary model promote late-arrival@1 --stage production --actor ada"
        )

        @Argument(help: "NAME@N.")
        var version: String
        @Option(help: "test or production.")
        var stage: String
        @Option(help: "Why, in your own words.")
        var reason = ""
        @OptionGroup var options: ServerOptions

        func run() async throws {
            try await move(version, "promote", stage, reason, options)
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
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/models/\(name.urlEncoded)/rollback",
                body: ["stage": .string(stage), "reason": .string(reason)]
            )
            print("\(name)@\(answer["version"]?.plain ?? "")  stands at \(stage) again")
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
        @Option(name: .shortAndLong, help: "table or json.")
        var output = OutputForm.table
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
            let answer = try await options.client.ask(
                .GET,
                "/api/v1/models/\(name.urlEncoded)/history\(query)"
            )
            guard output == .table else { return print(try answer.text(.pretty)) }
            for item in answer["items"]?.array ?? [] {
                print(
                    pad(item["at"]?.plain ?? "", 30) + pad(item["kind"]?.plain ?? "", 12)
                        + pad(item["version"].map { $0.isNull ? "" : "@\($0.plain)" } ?? "", 6)
                        + pad(item["stage"]?.plain ?? "", 13) + pad(item["actor"]?.plain ?? "", 14)
                        + (item["reason"]?.plain ?? "")
                )
            }
        }
    }

    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judges a version and its baseline on the rows of a sealed dataset version.",
            discussion: "Example: tributary model evaluate late-arrival@1 --dataset late_arrivals@2"
        )

        @Argument(help: "NAME@N.")
        var version: String
        @Option(help: "NAME@N of the dataset.")
        var dataset: String
        @Option(name: .shortAndLong, help: "table or json.")
        var output = OutputForm.table
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let (name, number) = try versionParts(version)
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/models/\(name.urlEncoded)/versions/\(number)/evaluate",
                body: ["dataset": .string(dataset)]
            )
            guard output == .table else { return print(try answer.text(.pretty)) }
            print("\(version) on \(dataset), \(answer["rows"]?.plain ?? "") rows")
            for engine in ["xgboost", "logistic"] {
                let figures = answer[engine]?.object?.map { "\($0.0) \($0.1.plain)" } ?? []
                print(pad("  " + engine, 14) + figures.joined(separator: "  "))
            }
        }
    }
}

private func move(
    _ version: String,
    _ verb: String,
    _ stage: String,
    _ reason: String,
    _ options: ServerOptions
) async throws {
    let (name, number) = try versionParts(version)
    let answer = try await options.client.ask(
        .POST,
        "/api/v1/models/\(name.urlEncoded)/versions/\(number)/\(verb)",
        body: ["stage": .string(stage), "reason": .string(reason)]
    )
    print("\(version)  \(answer["action"]?.plain ?? "") for \(stage)")
}

/// `late-arrival@2`
func versionParts(_ text: String) throws -> (name: String, number: Int64) {
    guard let at = text.lastIndex(of: "@"), let number = Int64(text[text.index(after: at)...])
    else {
        throw ValidationError("A version is written NAME@N, and not `\(text)`.")
    }
    return (String(text[..<at]), number)
}
