import ArgumentParser
import Documents
import JSON

/// In which form an answer is shown; what is too deep for a table is YAML there too.
enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml

    /// Whether an answer is to be JSON, and what goes wrong with it.
    static func isJSON(in arguments: [String]) -> Bool {
        let words = arguments.prefix { $0 != "--" }
        let asked = words.indices.last { index in
            words[index].hasPrefix("-o") || words[index].hasPrefix("--output")
        }
        guard let asked else { return false }
        let value =
            ["-o", "--output"].contains(words[asked])
            ? words.dropFirst(asked + 1).first ?? ""
            : words[asked].replacing("--output=", with: "").replacing("-o", with: "")
        return value == "json" || value == "=json"
    }
}

/// What every command has that shows an answer of the server.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the answer.")
    var form = OutputForm.table

    /// `table`: Prints the answer for people.
    func show(_ answer: JSONValue, table: (JSONValue) throws -> Void) throws {
        switch form {
        case .table: try table(answer)
        case .json: print(try answer.text(.pretty))
        case .yaml: print(try answer.yaml())
        }
    }

    /// Tells what is so from now on, on one line where it is JSON.
    func tell(_ value: JSONValue, sentence: () -> String) {
        print(form == .table ? sentence() : value.canonicalText)
        flushOutput()
    }

    /// Shows what is too deep for a table.
    func show(_ answer: JSONValue) throws {
        try show(answer) { print(try $0.yaml()) }
    }
}

/// Prints rows, each column as wide as its longest cell.
func printTable(_ rows: [[String]], indent: Int = 0) {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0 ..< columns).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    for row in rows {
        let cells = zip(row, widths).map { cell, width in
            cell + String(repeating: " ", count: width - cell.count)
        }
        print((String(repeating: " ", count: indent) + cells.joined(separator: "  ")).trimmed)
    }
}

/// `1 record`, `2 records`
func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

extension JSONValue {
    /// A text, or another value as JSON has it; nothing for null.
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

    /// As `plain`, where nothing would not be seen.
    var plainOrNull: String { isNull ? "null" : plain }

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
