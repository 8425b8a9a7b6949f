internal import Bytes
internal import JSON

/// How one field's value is read out of a parsed record. A class, because a value of many parts is
/// slow to pass on.
final class FieldReading {
    let name: [UInt8]
    private let field: StreamDefinition.Field
    private let oneOf: Set<[UInt8]>

    init(_ field: StreamDefinition.Field) {
        self.field = field
        name = Array(field.name.utf8)
        oneOf = Set(field.oneOf.map { Array($0.utf8) })
    }

    /// Node 0 stands for a record that does not have the field.
    func read(node: Int, of parser: borrowing JSONParser) throws(Refusal) -> FieldValue {
        guard node != 0 else {
            if field.isOptional { return .null }
            throw .missingField(field.name)
        }
        // The one case that is worth its own way: every record has a time, and needs no copy of its text.
        if field.type == .timestamp, parser.kind(of: node) == .string,
            let timestamp = parser.withText(of: node, { Timestamp(rfc3339: $0) })
        {
            return .timestamp(timestamp)
        }
        return try field.value(of: parser.written(at: node)) { oneOf.contains(Array($0.utf8)) }
    }
}
