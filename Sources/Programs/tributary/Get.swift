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
}

enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml
}

/// For what is too deep for a table.
enum DescriptionForm: String, ExpressibleByArgument, CaseIterable {
    case yaml, json
}

/// For what is made to be read by people, or by programs.
enum ReportForm: String, ExpressibleByArgument, CaseIterable {
    case table, json
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
    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output = OutputForm.table
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind != .alert || name == nil && asOf == nil else {
            throw ValidationError(
                "Alerts are listed all together, as they are now: `tributary get alert`."
            )
        }
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
        let answer: JSONValue
        if let name {
            answer = try await options.client.ask(.GET, "\(kind.path)/\(name.urlEncoded)\(query)")
            if output == .table { return print(try answer.yaml()) }
        } else {
            answer = try await options.client.ask(.GET, "\(kind.path)\(query)")
        }
        switch output {
        case .json: print(try answer.text(.pretty))
        case .yaml: print(try answer.yaml())
        case .table: printTable(answer["items"]?.array ?? [])
        }
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
    @Option(name: .shortAndLong, help: "yaml or json.")
    var output = DescriptionForm.yaml
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind != .alert else {
            throw ValidationError("Alerts are not described; `tributary get alert` lists them.")
        }
    }

    func run() async throws {
        let query = asOf.map { "?as_of=\($0.urlEncoded)" } ?? ""
        let answer = try await options.client.ask(.GET, "\(kind.path)/\(name.urlEncoded)\(query)")
        print(output == .json ? try answer.text(.pretty) : try answer.yaml())
    }
}

struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deletes a resource. The records of a stream stay in its topic.",
        discussion: "Example: tributary delete stream weather.observed"
    )

    @Argument(
        help: "\(Kind.allCases.filter(\.isDeclared).map(\.rawValue).joined(separator: ", "))."
    )
    var kind: Kind
    @Argument(help: "Its name.")
    var name: String
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard kind.isDeclared else {
            throw ValidationError(
                "What happened stays in the log: a \(kind.rawValue) is not deleted."
            )
        }
    }

    func run() async throws {
        let answer = try await options.client.ask(.DELETE, "\(kind.path)/\(name.urlEncoded)")
        print(
            pad(answer["kind"]?.plain ?? "", 14),
            pad(name, 26),
            answer["action"]?.string ?? "",
            separator: ""
        )
    }
}

private func printTable(_ items: [JSONValue]) {
    guard let columns = items.first?.object?.map(\.0) else { return print("There are none.") }
    let rows =
        [columns.map { $0.uppercased() }]
        + items.map { item in columns.map { item[$0]?.plain ?? "" } }
    let widths = columns.indices.map { column in (rows.map { $0[column].count }.max() ?? 0) + 2 }
    for row in rows {
        print(zip(row, widths).map { pad($0, $1) }.joined().trimmed)
    }
}

extension JSONValue {
    /// Without quotes.
    var plain: String {
        switch self {
        case .null: ""
        case .bool(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let value): value
        case .array(let values): values.map(\.plain).joined(separator: ", ")
        case .object(let members): members.map { "\($0.0)=\($0.1.plain)" }.joined(separator: " ")
        }
    }

    /// Block style; texts in JSON's quotes where YAML could take them for something else.
    func yaml(indent: Int = 0) throws -> String {
        let space = String(repeating: " ", count: indent)
        switch self {
        case .object(let members) where !members.isEmpty:
            return try members.map { key, value in
                value.isBlock
                    ? "\(space)\(key):\n\(try value.yaml(indent: indent + 2))"
                    : "\(space)\(key): \(try value.scalar())"
            }.joined(separator: "\n")
        case .array(let values) where !values.isEmpty:
            return try values.map { value in
                guard value.isBlock else { return "\(space)- \(try value.scalar())" }
                return "\(space)- " + (try value.yaml(indent: indent + 2).dropFirst(indent + 2))
            }.joined(separator: "\n")
        default: return space + (try scalar())
        }
    }

    private var isBlock: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let values): !values.isEmpty
        default: false
        }
    }

    private func scalar() throws -> String {
        guard case .string(let text) = self else { return try self.text(.compact) }
        let isPlain =
            text.first?.isLetter == true
            && text.allSatisfy { $0.isLetter || $0.isNumber || "._/-?".contains($0) }
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !words.contains(text.lowercased()) ? text : try self.text(.compact)
    }
}

extension String {
    /// Without the spaces at its end.
    var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }

    /// RFC 3986: everything but the unreserved characters as %XX.
    var urlEncoded: String {
        var encoded = ""
        for byte in utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return encoded
    }
}
