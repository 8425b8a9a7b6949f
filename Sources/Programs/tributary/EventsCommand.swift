import ArgumentParser
import Glibc
import JSON

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a topic as JSON lines.",
        discussion: "Example: tributary events tributary.streams --limit 5"
    )

    @Argument(help: "Any topic.")
    var topic: String
    @Option(
        parsing: .unconditional,
        help: "The first offset to show; negative: so many before the end. Default: the beginning."
    )
    var from: Int64?
    @Option(help: "Only this partition.")
    var partition: Int32?
    @Option(help: "At most so many records.")
    var limit: Int64?
    @Flag(help: "Go on with what comes.")
    var follow = false
    @Flag(help: "JSON lines, which is what is shown anyway.")
    var json = false
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The form of each record: JSON on a line, a line for people, or a document of YAML."
    )
    var form = OutputForm.json
    @OptionGroup var options: ServerOptions

    func run() async throws {
        var query: [String] = []
        if let from { query.append("from=\(from)") }
        if let partition { query.append("partition=\(partition)") }
        if let limit { query.append("limit=\(limit)") }
        if follow { query.append("follow=true") }
        try await options.client.lines(
            "/api/v1/events/\(topic.urlEncoded)?\(query.joined(separator: "&"))",
            to: follow ? "send more of \(topic); Ctrl-C ends it" : "send the events of \(topic)"
        ) { line in
            try show(line)
            if follow { fflush(nil) }
        }
    }

    private func show(_ line: String) throws {
        switch form {
        case .json: print(line)
        case .yaml: print("---\n" + (try JSONValue(parsing: line).yaml()))
        case .table:
            let event = try JSONValue(parsing: line)
            let cells = [
                ["position"], ["time", "timestamp"], ["subject", "key"], ["fact", "value"],
            ]
            .map { names in names.compactMap { event[$0]?.plain }.first ?? "" }
            print(cells.joined(separator: "  ").trimmed)
        }
    }
}
