import Bytes
import Chance
import Synchronization

@testable import Engine

/// A clock that goes on by a second whenever somebody looks at it, with chance that follows from a
/// seed.
final class TestClock: WallClock {
    private let state: Mutex<(ticks: Int64, random: SeededRandom)>

    init(seed: UInt64) { state = Mutex((0, SeededRandom(seed: seed))) }

    /// 2013-07-05T00:00:00Z, when all that the tests tell of begins.
    static let start = Instant(microseconds: 1_372_982_400_000_000)

    func now() -> Instant {
        state.withLock { state in
            state.ticks += 1
            return Self.start + .seconds(state.ticks)
        }
    }

    /// Lets so much time go by at once.
    func pass(_ seconds: Int64) { state.withLock { $0.ticks += seconds } }

    func randomBits() -> (UInt64, UInt64) {
        state.withLock { ($0.random.next(), $0.random.next()) }
    }
}
