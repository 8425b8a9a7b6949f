internal import Bytes
public import JSON
internal import Records

/// Rows as JSON lines: an object for each, with the columns in their order.
public struct JSONLinesWriter: Sendable {
    private let names: [String]
    private let hasLabel: Bool

    public init(_ columns: RowColumns) {
        names = columns.all.map(\.name)
        hasLabel = columns.label != nil
    }

    /// Throws for a number that is not finite, which no row from an archive has.
    public func bytes(of rows: [DatasetRow]) throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            var values = [row.id, .timestamp(row.time)] + row.values
            if hasLabel { values.append(row.label) }
            let members = zip(names, values).map { ($0, $1.json) }
            bytes += try JSONValue.object(members).bytes()
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
