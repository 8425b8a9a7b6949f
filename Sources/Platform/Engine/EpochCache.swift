internal import Synchronization

/// What was made of something that changes: it holds until the next change.
public final class EpochCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var epoch = 0
        var values: [Key: Value] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// What was made of it before may be old by now, and is let go.
    public func advance() {
        state.withLock { state in
            state.epoch += 1
            state.values.removeAll()
        }
    }

    public func known(_ key: Key) -> Value? { state.withLock { $0.values[key] } }

    public func value(of key: Key, orMake make: () throws -> Value) throws -> Value {
        let (epoch, known) = state.withLock { ($0.epoch, $0.values[key]) }
        if let known { return known }
        let made = try make()
        state.withLock { state in
            guard state.epoch == epoch else { return }
            if state.values.count >= 32 { state.values.removeAll() }
            state.values[key] = made
        }
        return made
    }
}
