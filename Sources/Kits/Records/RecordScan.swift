internal import JSON

/// Finds the declared fields in the text of a record and reads their values.
struct RecordScan: ~Copyable {
    private var parser = JSONParser()
    private let fields: [FieldReading]
    private let indexByName: [String: Int]
    /// The node of each field in the record being read; 0 where there is none, because node 0 is
    /// the record itself.
    private var nodes: [Int]

    init(_ fields: [StreamDefinition.Field]) {
        self.fields = fields.map(FieldReading.init)
        indexByName = Dictionary(
            fields.enumerated().map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        nodes = Array(repeating: 0, count: fields.count)
    }

    /// The values in the order of the fields.
    mutating func values(in text: RawSpan) throws(Refusal) -> [FieldValue] {
        do throws(JSONError) {
            try parser.parse(text)
        } catch {
            throw Refusal(error)
        }
        guard parser.kind(of: 0) == .object else {
            throw .notAnObject(found: parser.kind(of: 0).phrase)
        }
        findFields()
        var values: [FieldValue] = []
        values.reserveCapacity(fields.count)
        for index in fields.indices {
            values.append(try fields[index].read(node: nodes[index], of: parser))
        }
        return values
    }

    /// One pass over the members. Records of one producer have their fields in one order, so the
    /// field behind the last one found is tried first.
    private mutating func findFields() {
        for index in nodes.indices { nodes[index] = 0 }
        var (node, likely) = (1, 0)
        let end = parser.end(of: 0)
        while node < end {
            if likely == fields.count { likely = 0 }
            if parser.key(of: node, equals: fields[likely].name) {
                nodes[likely] = node
                likely += 1
            } else if let index = indexByName[parser.key(of: node)],
                parser.key(of: node, equals: fields[index].name)
            {
                // Compared by bytes too: to a Swift string, the Kelvin sign is the letter K.
                nodes[index] = node
                likely = index + 1
            }
            node = parser.end(of: node)
        }
    }
}

extension Refusal {
    fileprivate init(_ error: JSONError) {
        switch error {
        case .notUTF8(let place): self = .notUTF8(at: place)
        case .malformed(let what, let place): self = .notJSON(what, at: place)
        case .tooDeep(let place): self = .tooDeep(at: place)
        case .duplicateKey(let key): self = .duplicateKey(key)
        case .numberOutOfRange, .notFinite:
            preconditionFailure("The parser lends such a number and throws nothing.")
        }
    }
}

extension JSONKind {
    var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .unsignedInteger, .number, .oversizedNumber: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
