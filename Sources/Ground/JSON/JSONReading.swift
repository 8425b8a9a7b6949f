extension JSONValue {
    public init(parsing text: RawSpan) throws(JSONError) {
        var parser = JSONParser()
        try parser.parse(text)
        self = try parser.value(of: 0)
    }

    public init(parsing text: [UInt8]) throws(JSONError) {
        unsafe try self.init(parsing: text.span.bytes)
    }

    public init(parsing text: ArraySlice<UInt8>) throws(JSONError) {
        unsafe try self.init(parsing: text.span.bytes)
    }

    public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

extension JSONParser {
    /// A copy of a node and all that it contains. Numbers that neither `Int64` nor `Double` holds
    /// exactly as written integers are refused, because a rounded one would be another number.
    public func value(of node: Int) throws(JSONError) -> JSONValue {
        switch kind(of: node) {
        case .null: return .null
        case .bool: return .bool(bool(of: node))
        case .integer: return .integer(integer(of: node))
        case .unsignedInteger: throw .numberOutOfRange(String(unsignedInteger(of: node)))
        case .number: return .number(number(of: node))
        case .oversizedNumber: throw .numberOutOfRange(string(of: node))
        case .string: return .string(string(of: node))
        case .array:
            var values: [JSONValue] = []
            var child = node + 1
            while child < end(of: node) {
                values.append(try value(of: child))
                child = end(of: child)
            }
            return .array(values)
        case .object:
            var members: [(String, JSONValue)] = []
            var child = node + 1
            while child < end(of: node) {
                members.append((key(of: child), try value(of: child)))
                child = end(of: child)
            }
            return .object(members)
        }
    }
}
