public import Bytes
internal import Events

/// One thing that happened to a model.
public struct HistoryItem: Stored, Hashable {
    public var kind: Kind
    public var version: Int64?
    public var stage: Stage?
    /// The version that stood at the stage until then.
    public var replaced: Int64?
    public var reason: String
    public var actor: String?
    public var at: Instant
    /// The offset of the fact.
    public var position: Int64

    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case declared, deleted, registered, approved, promoted, rolledBack
    }

    init(
        _ kind: Kind,
        version: Int64? = nil,
        stage: Stage? = nil,
        replaced: Int64? = nil,
        reason: String = "",
        _ moment: Moment
    ) {
        self.kind = kind
        self.version = version
        self.stage = stage
        self.replaced = replaced
        self.reason = reason
        self.actor = moment.actor
        self.at = moment.time
        self.position = moment.offset
    }

    public func write(to writer: inout ByteWriter) {
        kind.rawValue.write(to: &writer)
        version.write(to: &writer)
        stage.write(to: &writer)
        replaced.write(to: &writer)
        reason.write(to: &writer)
        actor.write(to: &writer)
        at.write(to: &writer)
        position.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        guard let kind = Kind(rawValue: try String(from: &reader)) else {
            throw .malformed("an unknown kind of history", at: start)
        }
        self.kind = kind
        version = try Int64?(from: &reader)
        stage = try Stage?(from: &reader)
        replaced = try Int64?(from: &reader)
        reason = try String(from: &reader)
        actor = try String?(from: &reader)
        at = try Instant(from: &reader)
        position = try Int64(from: &reader)
    }
}
