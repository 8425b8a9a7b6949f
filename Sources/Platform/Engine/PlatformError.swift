public import Documents
public import Events
public import Logs
public import Store

/// Why a request to the platform did not do what it asked for.
public enum PlatformError: Error, Sendable {
    /// The caller's fault; it says what to do next.
    case refused(any DomainRefusal)
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

extension PlatformError: CustomStringConvertible {
    /// For notices, and for the history of a run that failed.
    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .doesNotFit(let problems): problems.map(\.message).joined(separator: "\n")
        case .keyReused(let key): "the key `\(key)` came before, with another request"
        case .conflict(let why), .unavailable(let why), .outcomeUnknown(let why), .invalid(let why):
            why
        case .notReached(let asked, let reached): "\(asked) was asked for, and \(reached) reached"
        case .unknownTopic(let topic): "there is no topic \(topic)"
        case .log(let error): "\(error)"
        case .store(let error): "\(error)"
        }
    }
}

/// Something in a definition that does not fit the others.
public struct DeclarationProblem: Sendable, Hashable {
    /// Which of the definitions, counted from 0.
    public var index: Int
    public var problem: DocumentProblem

    public init(index: Int, problem: DocumentProblem) {
        self.index = index
        self.problem = problem
    }

    public var path: [String] { problem.path }
    public var message: String { problem.message }
}

/// Turns a domain's refusal into the platform's.
public func declining<Refusal: DomainRefusal, Result>(
    _ body: () throws(Refusal) -> Result
) throws(PlatformError) -> Result {
    do throws(Refusal) { return try body() } catch { throw .refused(error) }
}

/// The same, of whatever domain.
public func refusing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let refusal as any DomainRefusal {
        throw PlatformError.refused(refusal)
    }
}
