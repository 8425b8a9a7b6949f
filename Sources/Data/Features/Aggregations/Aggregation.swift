public import Documents
public import Records

/// How the values of a window become one. It has a file of its own and a line in `Aggregation.all`.
public protocol Aggregating: Sendable {
    /// The word that a feature view has for it.
    static var name: String { get }
    static var synonyms: [String] { get }
    /// What comes of it, in a phrase.
    static var about: String { get }
    /// Whether the values of a field are aggregated; else records count, whatever is in them.
    static var takesField: Bool { get }
    /// Whether the newest row alone decides. Such a one goes without a window too.
    static var readsNewest: Bool { get }
    /// Whether a field of a type can be aggregated so.
    static func takes(_ type: FieldType) -> Bool
    /// `type`: Of the field; nil where there is none.
    static func result(of type: FieldType?) -> FieldType
    static func value(of rows: WindowValues) -> FieldValue
}

extension Aggregating {
    public static var synonyms: [String] { [] }
    public static var about: String { "of the values of this field" }
    public static var takesField: Bool { true }
    public static var readsNewest: Bool { false }
    public static func takes(_ type: FieldType) -> Bool { type.isNumber }
    public static func result(of type: FieldType?) -> FieldType { .float }
}

/// An aggregation that there is, by its name.
public struct Aggregation: Named {
    private let type: any Aggregating.Type

    public init(_ type: any Aggregating.Type) { self.type = type }

    public static let registry = Registry(
        "aggregation",
        [count, sum, mean, min, max, stddev, last]
    )
    public static var all: [Aggregation] { registry.all }

    public var name: String { type.name }
    public var synonyms: [String] { type.synonyms }
    public var about: String { type.about }
    public var takesField: Bool { type.takesField }
    public var readsNewest: Bool { type.readsNewest }

    public func result(of type: FieldType?) -> FieldType { self.type.result(of: type) }
    func value(of rows: WindowValues) -> FieldValue { type.value(of: rows) }

    /// Why a field cannot be aggregated so; nil if it can.
    func fault(of field: StreamDefinition.Field) -> String? {
        type.takes(field.type)
            ? nil : "`\(field.name)` is \(field.type.phrase), of which there is no \(name)."
    }
}

extension Aggregation: Hashable {
    public static func == (one: Self, other: Self) -> Bool { one.name == other.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension FieldType {
    public var isNumber: Bool {
        switch self {
        case .int32, .int64, .float: true
        case .bool, .string, .timestamp: false
        }
    }

    /// What a feature has the values of a field as.
    var ofFeature: FieldType { self == .int32 ? .int64 : self }
}
