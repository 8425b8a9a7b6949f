public import Bytes

/// The columns of a dataset's rows: the id, `time`, the features, and the label where there is one.
public struct RowColumns: Sendable, Hashable {
    /// More features than this would make a chunk of rows larger than memory should hold at once.
    public static let maximumFeatureCount = 4_096
    public static let time = DatasetColumn("time", .timestamp)

    public let id: DatasetColumn
    public let features: [DatasetColumn]
    public let label: DatasetColumn?

    public init(
        id: DatasetColumn,
        features: [DatasetColumn],
        label: DatasetColumn?
    ) throws(RowError) {
        self.id = id
        self.features = features
        self.label = label
        guard features.count <= Self.maximumFeatureCount else {
            throw .tooManyColumns(features.count)
        }
        // Bytes decide, as in every file that has these names.
        var names: Set<[UInt8]> = []
        for column in all where !names.insert(Array(column.name.utf8)).inserted {
            throw .equalColumns(column.name)
        }
    }

    /// In the order of every file.
    public var all: [DatasetColumn] { [id, Self.time] + features + (label.map { [$0] } ?? []) }

    /// Columns of rows that were made. Nil where they are not in the order that `all` has.
    init?(_ all: [DatasetColumn], hasLabel: Bool) {
        guard all.count >= (hasLabel ? 3 : 2), all[1] == Self.time else { return nil }
        id = all[0]
        features = Array(all[2...].dropLast(hasLabel ? 1 : 0))
        label = hasLabel ? all.last : nil
    }
}

extension RowColumns: Stored {
    public func write(to writer: inout ByteWriter) {
        (label != nil).write(to: &writer)
        writer.appendList(all)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        let hasLabel = try Bool(from: &reader)
        guard let columns = RowColumns(try reader.readList(), hasLabel: hasLabel) else {
            throw .malformed("columns that no rows have", at: start)
        }
        self = columns
    }
}
