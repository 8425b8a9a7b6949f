import ArgumentParser
import JSON

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Seals versions of datasets, and reads them.",
        discussion: "Example: tributary dataset rows late_arrivals@1 -o csv",
        subcommands: [Seal.self, Rows.self, Verify.self]
    )

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the rows of a span of event time, and keeps them for ever.",
            discussion: """
                Rows are sealed only where their label windows have closed; beyond that it is refused, with the latest \
                instant that can be sealed.

                Example: tributary dataset seal late_arrivals --from 2013-01-01T00:00:00-05:00 --to 2013-03-30T00:00:00-04:00
                """
        )

        @Argument(help: "The dataset.")
        var name: String
        @Option(help: "The earliest event time: RFC 3339 with an offset.")
        var from: String
        @Option(help: "All rows lie before this.")
        var to: String
        @OptionGroup var output: OutputOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let answer = try await change.ask(
                .POST,
                "/api/v1/datasets/\(name.urlEncoded)/seal",
                body: ["from": .string(from), "to": .string(to)],
                to: "seal \(name)"
            )
            try output.show(answer) { answer in
                print(
                    "\(answer["name"]?.plain ?? "")  \(counted(answer["rows"]?.integer ?? 0, "row")), "
                        + "\(counted(answer["chunks"]?.array?.count ?? 0, "chunk")), content "
                        + "\(String((answer["content"]?.plain ?? "").prefix(16)))  "
                        + (answer["action"]?.plain ?? "")
                )
            }
        }
    }

    struct Rows: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the rows of a sealed version.",
            discussion: "Example: tributary dataset rows late_arrivals@1 -o csv"
        )

        enum Form: String, ExpressibleByArgument, CaseIterable {
            case csv, jsonl

            /// As the other commands name them, too.
            init?(argument: String) {
                switch argument {
                case "json": self = .jsonl
                case "table": self = .csv
                default: self.init(rawValue: argument)
                }
            }
        }

        @Argument(help: "NAME@N.")
        var version: String
        @Option(name: .shortAndLong, help: "csv or jsonl; json is jsonl, and table is csv.")
        var output = Form.csv
        @OptionGroup var options: ServerOptions

        func run() async throws {
            do {
                try await options.client.lines(
                    "/api/v1/datasets/\(version.urlEncoded)/rows.\(output.rawValue)",
                    to: "send the rows of \(version)"
                ) { print($0) }
            } catch Failure.outcomeUnknown(let why) {
                // The server breaks off at a chunk that is damaged, and says so only to those who ask.
                try await verifyDataset(version, options)
                throw Failure.refused("refused: not all rows came: \(why)")
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads every chunk of a sealed version again, and compares its hash.",
            discussion: "Example: tributary dataset verify late_arrivals@1"
        )

        @Argument(help: "NAME@N.")
        var version: String
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            try await verifyDataset(version, options) { answer in
                try output.show(answer) { answer in
                    guard answer["intact"] == true else { return }
                    print(
                        "\(version)  \(counted(answer["rows"]?.integer ?? 0, "row")) in "
                            + "\(counted(answer["chunks"]?.integer ?? 0, "chunk")), intact"
                    )
                }
            }
        }
    }
}

/// Shows what the server found in the chunks of a version. Damage is thrown.
private func verifyDataset(
    _ version: String,
    _ options: ServerOptions,
    _ show: (JSONValue) throws -> Void = { _ in }
) async throws {
    let answer = try await options.client.ask(
        .POST,
        "/api/v1/datasets/\(version.urlEncoded)/verify",
        body: [:],
        to: "read the chunks of \(version)"
    )
    try show(answer)
    let damages = answer["damages"]?.array ?? []
    for damage in damages {
        printError(
            "chunk \(damage["chunk"]?.plain ?? ""): expected \(damage["expected"]?.plain ?? ""), "
                + "found \(damage["found"]?.plainOrNull ?? ""): \(damage["reason"]?.plain ?? "")"
        )
    }
    guard damages.isEmpty else {
        throw Failure.refused(
            "damaged: \(version), \(damages.count) of \(counted(answer["chunks"]?.integer ?? 0, "chunk"))"
        )
    }
}
