internal import Synchronization

/// Lets one of several threads do what only one may.
final class Claim: Sendable {
    private let isTaken = Atomic(false)

    /// True the first time.
    func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
