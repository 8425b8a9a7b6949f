public import Logs
public import Store
public import Streams

/// Why a request to the platform did not do what it asked for.
public enum PlatformError: Error, Sendable {
    /// The caller's fault; it says what to do next.
    case refused(StreamRefusal)
    /// As `refused`, of any other domain.
    case declined(Declined)
    /// Definitions that do not fit those there are, or one another.
    case doesNotFit([DeclarationProblem])
    /// The idempotency key was used before, for another request.
    case keyReused(String)
    /// Others were first, again and again.
    case conflict(String)
    /// Nothing was written: ask again.
    case unavailable(String)
    /// It may have been written: ask again with the same key.
    case outcomeUnknown(String)
    /// A position that was asked for was not reached in time.
    case notReached(asked: Position, reached: Offset)
    case unknownTopic(String)
    case invalid(String)
    case log(LogError)
    case store(StoreError)
}
