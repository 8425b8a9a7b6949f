internal import Events

/// One value of a metric, as it is logged.
public struct Metric: Sendable, Hashable {
    public var name: String
    /// The round, counted from 1; 0: of the whole run.
    public var step: Int64
    public var value: Double

    public init(_ name: String, step: Int64 = 0, _ value: Double) {
        self.name = name
        self.step = step
        self.value = value
    }

    init(_ metric: ExperimentEvent.Metric) {
        self.init(metric.name, step: metric.step, metric.value)
    }

    /// Why it cannot be logged; nil where it can.
    public enum Fault: Sendable, Hashable { case hasNoName, isBeforeTheFirstStep, isNotFinite }

    var fault: Fault? {
        if name.isEmpty { return .hasNoName }
        if step < 0 { return .isBeforeTheFirstStep }
        return value.isFinite ? nil : .isNotFinite
    }
}
