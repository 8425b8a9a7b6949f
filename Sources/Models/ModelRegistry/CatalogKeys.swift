public import Bytes

/// One version of a model; a model's versions lie together, in ascending order.
public struct VersionKey: Ordered, Hashable {
    public var model: String
    /// Counted from 1.
    public var version: Int64

    public init(_ model: String, _ version: Int64) {
        self.model = model
        self.version = version
    }

    public func writeOrdered(to writer: inout ByteWriter) {
        model.writeOrdered(to: &writer)
        version.writeOrdered(to: &writer)
    }

    public init(ordered reader: inout ByteReader) throws(ByteError) {
        model = try String(ordered: &reader)
        version = try Int64(ordered: &reader)
    }
}

/// One stage of a model.
public struct StageKey: Ordered, Hashable {
    public var model: String
    public var stage: Stage

    public init(_ model: String, _ stage: Stage) {
        self.model = model
        self.stage = stage
    }

    public func writeOrdered(to writer: inout ByteWriter) {
        model.writeOrdered(to: &writer)
        stage.rawValue.writeOrdered(to: &writer)
    }

    public init(ordered reader: inout ByteReader) throws(ByteError) {
        model = try String(ordered: &reader)
        let start = reader.position
        guard let stage = Stage(rawValue: try String(ordered: &reader)) else {
            throw .malformed("a key of an unknown stage", at: start)
        }
        self.stage = stage
    }
}

/// What a fact did to a model; what happened to one model lies together, in the order of the log.
public struct HistoryKey: Ordered, Hashable {
    public var model: String
    /// The offset of the fact.
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
