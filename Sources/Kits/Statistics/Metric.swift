public import Documents

/// How well predictions fit what happened, as one number. It has a file of its own and a line in `Metric.registry`.
public protocol Measuring: Sendable {
    /// The word that a model has for it.
    static var name: String { get }
    static var synonyms: [String] { get }
    /// The output of a model that it judges.
    static var reads: String { get }
    /// `predictions`: One a row. There is a row.
    /// `labels`: What happened, in the same order.
    /// Returns: Nil where these labels tell nothing.
    static func value(_ predictions: [Double], _ labels: [Bool]) -> Double?
}

extension Measuring {
    public static var synonyms: [String] { [] }
    public static var reads: String { Metric.chance }
}

/// A metric that there is, by its name.
public struct Metric: Named {
    private let type: any Measuring.Type

    public init(_ type: any Measuring.Type) { self.type = type }

    public static let registry = Registry("metric", usual)
    public static var all: [Metric] { registry.all }
    /// What a model is measured by where it does not say.
    public static let usual: [Metric] = [logLoss, auc, calibrationGap]
    /// The output that is the chance of yes.
    public static let chance = "probability"

    public var name: String { type.name }
    public var synonyms: [String] { type.synonyms }
    public var reads: String { type.reads }

    public func value(_ predictions: [Double], _ labels: [Bool]) -> Double? {
        type.value(predictions, labels)
    }
}

extension Metric: Hashable {
    public static func == (one: Self, other: Self) -> Bool { one.name == other.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
