/// What a domain refused, in its own words: what to do next.
public struct Declined: Error, Sendable {
    /// Whether what was asked for is not there at all.
    public var isUnknown: Bool
    public var reason: String

    public init(_ refusal: some Error & CustomStringConvertible) {
        reason = refusal.description
        // Every domain's refusals of what is not there begin alike, in their cases as in their texts.
        isUnknown = reason.hasPrefix("there is no ")
    }
}
