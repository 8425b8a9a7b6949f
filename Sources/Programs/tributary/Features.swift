import ArgumentParser
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
            abstract: "Shows what a view gives for an entity, or for a request's own fields.",
            discussion: """
                Without --at it is read as of the view's watermark: the instant before which everything is known.

                Example: tributary features get carrier_punctuality carrier=B6 --at 2013-07-05T18:00:00-04:00 --records
                """
        )

        @Argument(help: "The view.")
        var view: String
        @Argument(help: "FIELD=VALUE, such as carrier=B6.")
        var entities: [String]
        @Option(help: "As of when: RFC 3339 with an offset.")
        var at: String?
        @Flag(help: "Also the records behind each value.")
        var records = false
        @Option(name: .shortAndLong, help: "table or json.")
        var output = OutputForm.table
        @OptionGroup var options: ServerOptions

        func run() async throws {
            var body: [(String, JSONValue)] = [
                ("view", .string(view)), ("entities", .object(try fieldValues(entities))),
                ("records", .bool(records)),
            ]
            if let at { body.append(("at", .string(at))) }
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/features/read",
                body: .object(body)
            )
            guard output == .table else { return print(try answer.text(.pretty)) }
            print(
                "\(view) of \(answer["entity"]?.plain ?? "") as of \(answer["at"]?.plain ?? "")"
                    + (answer["complete"] == true ? ", complete" : ", not complete")
                    + (answer["eventTime"]?.string.map { ", newest record \($0)" } ?? "")
            )
            for (name, value) in answer["features"]?.object ?? [] {
                let shown = records ? value["value"] ?? .null : value
                print(pad("  " + name, 28) + (shown.isNull ? "null" : shown.plain))
                for record in value["records"]?.array ?? [] { print("      \(record.plain)") }
            }
        }
    }
}

/// Reads FIELD=VALUE arguments; the server knows what type each field has.
func fieldValues(_ arguments: [String]) throws -> [(String, JSONValue)] {
    try arguments.map { argument in
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
            throw ValidationError("`\(argument)` is not FIELD=VALUE.")
        }
        return (
            String(argument[..<equals]), .string(String(argument[argument.index(after: equals)...]))
        )
    }
}
