import ArgumentParser
import Documents
import JSON

struct FeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Reads feature views.",
        discussion: "Example: tributary features get carrier_punctuality carrier=B6",
        subcommands: [Get.self]
    )

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Shows what a view gives for an entity, or what a model would read for a request.",
            discussion: """
                Of a model it is the version at production, or else the newest; of an endpoint, the version that it answers \
                with. A view comes before a model of the same name, and a model before an endpoint. Without --at it is read \
                as of the request's own event time, or of the watermark: the instant before which everything is known.

                Example: tributary features get carrier_punctuality carrier=B6 --at 2013-07-05T18:00:00-04:00 --records
                """
        )

        @Argument(help: "The view, or the model or endpoint.")
        var name: String
        @Argument(
            help: ArgumentHelp("Such as carrier=B6.", valueName: "field=value"),
            transform: FieldArgument.init
        )
        var fields: [FieldArgument]
        @Option(help: "As of when: RFC 3339 with an offset.")
        var at: String?
        @Flag(help: "Also the records behind each value; in a table, the first three of them.")
        var records = false
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/features/read",
                body: [
                    try await subject(): .string(name),
                    "entities": .object(fields.map { ($0.name, .string($0.text)) }),
                    "records": .bool(records), "at": at.map(JSONValue.string) ?? .null,
                ]
            )
            try output.show(answer, table: printFeatures)
        }

        /// What the name is one of: the member of the request that says so.
        private func subject() async throws -> String {
            var known: [String] = []
            for (kind, subject) in [
                (Kind.featureview, "view"), (.model, "model"), (.endpoint, "model"),
            ] {
                let items = try await options.client.ask(.GET, kind.path)["items"]?.array ?? []
                let names = items.compactMap { $0["name"]?.string }
                if names.contains(name) { return subject }
                known += names
            }
            throw Failure.refused(
                "refused: there is no view, model or endpoint `\(name)`."
                    + Spelling.suggestion(for: name, among: known)
            )
        }

        private func printFeatures(_ answer: JSONValue) {
            let subject =
                answer["view"].map {
                    $0.plain + (answer["entity"]?.string.map { " of \($0)" } ?? "")
                }
                ?? "\(answer["model"]?.plain ?? "")@\(answer["version"]?.plain ?? "")"
            print(
                subject + (answer["at"]?.string.map { " as of \($0)" } ?? "")
                    + (answer["complete"] == true ? ", complete" : ", not complete")
                    + (answer["eventTime"]?.string.map { ", newest record \($0)" } ?? "")
            )
            printTable(
                (answer["features"]?.object ?? []).map { name, value in
                    [name]
                        + (records
                            ? [value["value"]?.plainOrNull ?? "", value["records"]?.places ?? ""]
                            : [value.plainOrNull])
                },
                indent: 2
            )
        }
    }
}

extension JSONValue {
    /// Positions of records: the first three, and how many there are.
    var places: String {
        let all = array ?? []
        guard !all.isEmpty else { return "no records" }
        return all.prefix(3).map(\.plain).joined(separator: " ")
            + (all.count > 3 ? " … \(all.count) records" : "")
    }
}
