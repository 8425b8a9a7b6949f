public import Bytes
public import Logs

/// Who asks, and under which key it may be asked again.
public struct Caller: Sendable {
    /// Unverified until there is access control.
    public var actor: String
    public var idempotencyKey: String?
    /// What is asked for; with actor and key it makes the event's id.
    public var route: String
    /// Digest of what was sent: the same key with another body is refused.
    public var digest: Digest?
    public var traceparent: String?

    public init(
        actor: String,
        idempotencyKey: String? = nil,
        route: String,
        digest: Digest? = nil,
        traceparent: String? = nil
    ) {
        self.actor = actor
        self.idempotencyKey = idempotencyKey
        self.route = route
        self.digest = digest
        self.traceparent = traceparent
    }

    /// The same request for one of its parts, by its place: a name would give another body under the same key an id of
    /// its own, and let it take effect.
    public func part(_ index: Int) -> Caller {
        var part = self
        part.route += " \(index)"
        return part
    }

    /// The same request for one of its steps, which are the same whatever the body says.
    public func step(_ name: StaticString) -> Caller {
        var step = self
        step.route += " \(name)"
        return step
    }

    /// Follows from the key, so that a repeated request is the same event.
    public var keyedID: EventID? {
        idempotencyKey.map { EventID(of: Array(actor.utf8), Array(route.utf8), Array($0.utf8)) }
    }
}

extension Engine {
    /// The actor of what the platform does by itself.
    public static var ownName: String { "tributary" }
}

/// What a command came to.
public enum Effect: Sendable, Hashable {
    /// The fact that took effect, and its number in its subject.
    case changed(Position, revision: Int64)
    /// The same request had this effect before.
    case repeated(Position, revision: Int64)
    /// Nothing had to be done.
    case unchanged

    public var position: Position? {
        switch self {
        case .changed(let position, _), .repeated(let position, _): position
        case .unchanged: nil
        }
    }
}
