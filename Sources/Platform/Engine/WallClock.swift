public import Bytes

/// Where time and chance come from. What was decided by them is written into the event.
public protocol WallClock: Sendable {
    func now() -> Instant
    func randomBits() -> (UInt64, UInt64)
}

extension WallClock {
    /// An id for what a person or client causes.
    public func newID() -> EventID { EventID(at: now(), random: randomBits()) }
}
