public import Events

/// What a domain refused, in its own words: what to do next.
public struct Declined: Error, Sendable {
    /// Whether what was asked for is not there at all.
    public var isUnknown: Bool
    public var reason: String

    /// The platform's own word.
    init(_ reason: String, isUnknown: Bool) {
        self.isUnknown = isUnknown
        self.reason = reason
    }

    public init(_ refusal: some DomainRefusal) {
        isUnknown = refusal.isUnknown
        reason = refusal.description
    }
}
