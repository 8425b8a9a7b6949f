internal import Bytes
internal import Documents
internal import Features
internal import JSON
internal import Platform
internal import Records

/// An answer in Feast's columnar shape: entities first, then a column for each feature.
struct OnlineAnswer {
    private static let epoch = JSONValue.string("1970-01-01T00:00:00Z")

    private let rows: Int
    private var names: [JSONValue] = []
    private var results: [JSONValue] = []

    /// `fullNames`: A feature is called by its view too.
    init(
        _ entities: [(name: String, values: [JSONValue])],
        rows: Int,
        _ read: OnlineFeatures,
        fullNames: Bool
    ) {
        self.rows = rows
        for entity in entities { add(entity: entity.name, entity.values) }
        for column in read.columns {
            add(fullNames ? "\(column.view)__\(column.feature)" : column.feature, column)
        }
    }

    private mutating func add(entity name: String, _ values: [JSONValue]) {
        names.append(.string(name))
        results.append([
            "values": .array(values),
            "statuses": .array(Array(repeating: "PRESENT", count: rows)),
            "event_timestamps": .array(Array(repeating: Self.epoch, count: rows)),
        ])
    }

    private mutating func add(_ name: String, _ column: OnlineFeatures.Column) {
        names.append(.string(name))
        results.append([
            "values": .array(column.reads.map { $0.values[column.index].json }),
            "statuses": .array(column.reads.map { .string($0.status(of: column.index)) }),
            "event_timestamps": .array(
                column.reads.map { $0.newest.map { .string($0.rfc3339) } ?? Self.epoch }
            ),
        ])
    }

    func bytes() -> [UInt8] {
        Array(
            JSONValue.object([
                ("metadata", ["feature_names": .array(names)]), ("results", .array(results)),
            ]).canonicalText.utf8
        )
    }
}

extension FeatureRead {
    /// Feast's word for what became of a value.
    fileprivate func status(of index: Int) -> String {
        guard values[index].isNull else { return "PRESENT" }
        return switch sight {
        case .current: "NULL_VALUE"
        case .outsideTTL: "OUTSIDE_MAX_AGE"
        case .never: "NOT_FOUND"
        }
    }
}
