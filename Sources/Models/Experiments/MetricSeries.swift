public import Bytes

/// What a metric was, round by round.
public struct MetricSeries: Sendable, Hashable {
    public var name: String
    /// By step.
    public var points: [MetricPoint]

    public init(_ name: String, _ points: [MetricPoint]) {
        self.name = name
        self.points = points
    }
}

/// The value of a metric at a round.
public struct MetricPoint: Sendable, Hashable {
    /// The round, counted from 1; 0: of the whole run.
    public var step: Int64
    public var value: Double
    /// When it was logged.
    public var at: Instant

    public init(step: Int64, value: Double, at: Instant) {
        self.step = step
        self.value = value
        self.at = at
    }
}

/// What is kept of a metric at a round. Where it was logged twice, the later value counts.
public struct LoggedValue: Stored, Hashable {
    public var value: Double
    public var at: Instant

    public init(_ value: Double, at: Instant) {
        self.value = value
        self.at = at
    }

    public func write(to writer: inout ByteWriter) {
        value.write(to: &writer)
        at.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        value = try Double(from: &reader)
        at = try Instant(from: &reader)
    }
}
