/// How a value is laid out as text.
public enum JSONLayout: Sendable {
    /// On one line, without spaces.
    case compact
    /// A member or element a line, two spaces deeper each time.
    case pretty
}

extension JSONValue {
    /// The value as UTF-8. Equal values give equal bytes.
    public func bytes(_ layout: JSONLayout = .compact) throws(JSONError) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        try writer.write(self, depth: 0)
        return writer.bytes
    }

    public func text(_ layout: JSONLayout = .compact) throws(JSONError) -> String {
        String(decoding: try bytes(layout), as: UTF8.self)
    }
}

/// Writes values one behind the other into bytes.
struct JSONWriter {
    var bytes: [UInt8] = []
    let layout: JSONLayout

    init(layout: JSONLayout) { self.layout = layout }

    mutating func write(_ value: JSONValue, depth: Int) throws(JSONError) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .number(let value):
            // Swift writes the shortest digits that read back as the same double, and always a
            // point or an exponent.
            guard value.isFinite else { throw .notFinite }
            append(value.description)
        case .string(let value): write(value)
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                separate(index, depth: depth)
                try write(value, depth: depth + 1)
            }
            close("]", isEmpty: values.isEmpty, depth: depth)
        case .object(let members):
            append("{")
            for (index, member) in members.enumerated() {
                separate(index, depth: depth)
                write(member.0)
                append(layout == .pretty ? ": " : ":")
                try write(member.1, depth: depth + 1)
            }
            close("}", isEmpty: members.isEmpty, depth: depth)
        }
    }

    /// Escapes what must be escaped and nothing else.
    mutating func write(_ string: String) {
        append("\"")
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0 ..< 0x20: append(byte < 0x10 ? "\\u000" : "\\u00", String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    private mutating func append(_ pieces: String...) {
        for piece in pieces { bytes.append(contentsOf: piece.utf8) }
    }

    private mutating func separate(_ index: Int, depth: Int) {
        if index > 0 { append(",") }
        breakLine(depth: depth + 1)
    }

    private mutating func close(_ bracket: String, isEmpty: Bool, depth: Int) {
        if !isEmpty { breakLine(depth: depth) }
        append(bracket)
    }

    private mutating func breakLine(depth: Int) {
        guard layout == .pretty else { return }
        append("\n", String(repeating: "  ", count: depth))
    }
}
