public import Store
internal import Synchronization
internal import Workers

/// What is known of damage to the state.
extension Engine {
    /// Reads the whole state once, and says so where it is damaged: RocksDB looks at a row only when somebody asks for it.
    /// Blocks for as long as that takes.
    /// `verify`: Throws `corrupt` where the state is damaged; another error when it could not come to its end.
    public func checkState(_ verify: () throws(StoreError) -> Void) {
        do throws(StoreError) {
            try verify()
        } catch {
            guard !stopFlag.isRaised else { return }
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

    /// The next start must not open what is there now, and nobody should rely on it until then.
    public func foundBroken(_ error: StoreError) {
        if case .corrupt(let why) = error {
            seating.withLock { $0.brokenState = $0.brokenState ?? why }
        }
        stateFailed(error)
    }
}
