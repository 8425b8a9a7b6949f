internal import Bytes
internal import JSON

/// How one field's value is read out of a parsed record. A class, because a value of many parts is
/// slow to pass on.
final class FieldReading {
    let name: [UInt8]
    private let field: StreamDefinition.Field
    private let type: FieldType
    private let oneOf: Set<[UInt8]>
    private let takesAnyText: Bool

    init(_ field: StreamDefinition.Field) {
        self.field = field
        name = Array(field.name.utf8)
        type = field.type
        oneOf = Set(field.oneOf.map { Array($0.utf8) })
        takesAnyText = field.oneOf.isEmpty
    }

    /// Node 0 stands for a record that does not have the field.
    func read(node: Int, of parser: borrowing JSONParser) throws(Refusal) -> FieldValue {
        guard node != 0 else {
            if field.isOptional { return .null }
            throw .missingField(field.name)
        }
        if let value = plain(node: node, of: parser) { return value }
        return try field.value(of: parser.written(at: node)) { oneOf.contains(Array($0.utf8)) }
    }

    /// A value that the field takes as it is written, as nearly all are: the rule would say the same of it, and takes
    /// longer.
    private func plain(node: Int, of parser: borrowing JSONParser) -> FieldValue? {
        switch (type, parser.kind(of: node)) {
        case (.float, .number): .float(parser.number(of: node).canonical)
        case (.int64, .integer): .int(parser.integer(of: node))
        case (.string, .string) where takesAnyText: .string(parser.string(of: node))
        case (.timestamp, .string):
            parser.withText(of: node) { Timestamp(rfc3339: $0) }.map(FieldValue.timestamp)
        default: nil
        }
    }
}
