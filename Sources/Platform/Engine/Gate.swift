internal import Bytes
internal import Logs
internal import Synchronization

/// Whose inputs may be answered: those of rows that come from the records that the log holds, while nobody is about to
/// drop them.
final class Gate: Sendable {
    struct Place: Hashable {
        var generation: Digest
        var partition: Partition
    }

    private struct State {
        var open: Set<Place> = []
        /// How many batches of outputs are on their way into the log.
        var flights: [Place: Int] = [:]
    }

    private let state = Mutex(State())

    func open(_ place: Place) { state.withLock { _ = $0.open.insert(place) } }

    /// From now on nothing more is sent for a place.
    /// Returns: Whether all that was sent has ended.
    func close(_ place: Place) -> Bool {
        state.withLock { state in
            state.open.remove(place)
            return state.flights[place] == nil
        }
    }

    /// Whether outputs of any of them are on their way.
    func isFlying(_ places: Set<Place>) -> Bool {
        state.withLock { state in places.contains { state.flights[$0] != nil } }
    }

    func isOpen(_ place: Place) -> Bool { state.withLock { $0.open.contains(place) } }

    /// Begins to send outputs. False: not all of them may be sent by now, and none is.
    func enter(_ places: Set<Place>) -> Bool {
        state.withLock { state in
            guard places.isSubset(of: state.open) else { return false }
            for place in places { state.flights[place, default: 0] += 1 }
            return true
        }
    }

    /// What was sent has ended.
    func leave(_ places: Set<Place>) {
        state.withLock { state in
            for place in places {
                let count = state.flights[place, default: 1] - 1
                state.flights[place] = count > 0 ? count : nil
            }
        }
    }
}
