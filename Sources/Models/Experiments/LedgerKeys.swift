public import Bytes

/// One value of a metric: those of a run lie together, by name and then in the order of the rounds.
public struct MetricKey: Ordered, Hashable {
    public var run: String
    public var name: String
    /// The round, counted from 1; 0: of the whole run.
    public var step: Int64

    public init(_ run: String, _ name: String, _ step: Int64) {
        self.run = run
        self.name = name
        self.step = step
    }

    public func writeOrdered(to writer: inout ByteWriter) {
        run.writeOrdered(to: &writer)
        name.writeOrdered(to: &writer)
        step.writeOrdered(to: &writer)
    }

    public init(ordered reader: inout ByteReader) throws(ByteError) {
        run = try String(ordered: &reader)
        name = try String(ordered: &reader)
        step = try Int64(ordered: &reader)
    }
}

/// A run among those of its model, which lie together in the order they were started.
public struct ModelRunKey: Ordered, Hashable {
    public var model: String
    /// The offset of the fact that started it.
    public var position: Int64

    public init(_ model: String, _ position: Int64) {
        self.model = model
        self.position = position
    }

    public func writeOrdered(to writer: inout ByteWriter) {
        model.writeOrdered(to: &writer)
        position.writeOrdered(to: &writer)
    }

    public init(ordered reader: inout ByteReader) throws(ByteError) {
        model = try String(ordered: &reader)
        position = try Int64(ordered: &reader)
    }
}
