internal import Projections
public import Store
internal import Synchronization

/// What is known of damage to the state.
extension Platform {
    /// Reads the whole state once, and says so where it is damaged: RocksDB looks at a row only when somebody asks for it.
    /// Blocks for as long as that takes.
    /// `verify`: Throws `corrupt` where the state is damaged; another error when it could not come to its end.
    public func checkState(_ verify: () throws(StoreError) -> Void) {
        do throws(StoreError) {
            try verify()
        } catch {
            guard !housekeeping.withLock(\.isStopping) else { return }
            guard case .corrupt(let why) = error else {
                return notice("the state could not be checked to its end: \(error)")
            }
            foundBroken(error)
            raise(
                "stateFailed",
                about: "the state",
                "The state is damaged. Restart the server: a broken state is built anew.",
                why
            )
        }
    }

    /// What keeps the platform from being ready: projections that do not go on, and damage to the state.
    public var troubles: [String] {
        let broken = housekeeping.withLock(\.brokenState)
        return stopReasons
            + (broken.map { ["the state is damaged, restart the server: \($0)"] } ?? [])
    }

    /// The next start must not open what is there now, and nobody should rely on it until then.
    func foundBroken(_ error: StoreError) {
        if case .corrupt(let why) = error {
            housekeeping.withLock { $0.brokenState = $0.brokenState ?? why }
        }
        stateFailed(error)
    }
}
