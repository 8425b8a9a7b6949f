public import Bytes
public import Records

/// One value that a view gives: an aggregation over one window.
public struct FeatureColumn: Sendable, Hashable {
    /// `flights_3h`, `last_delay`.
    public var name: String
    public var aggregation: Aggregation
    /// Which of the values that are kept of each row is aggregated; nil where records are counted.
    public var slot: Int?
    /// Nil where the newest record alone decides and none is given: then the view's `ttl` bounds it.
    public var window: TimeSpan?
    public var type: FieldType
}

/// Something in a view that does not fit the stream it reads.
public struct FeatureViewProblem: Error, Sendable, Hashable {
    /// The keys that lead to what is wrong.
    public var path: [String]
    public var message: String

    public init(_ path: [String], _ message: String) {
        self.path = path
        self.message = message
    }
}
