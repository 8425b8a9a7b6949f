internal import Logs

/// Notices partitions of which nothing comes although their log goes on: librdkafka 2.0.2 says nothing of some batches
/// that it cannot read, and asks for them again and again.
struct Stalls {
    private var waits: [Partition: Wait] = [:]
    /// How long is waited the next time at the same offset. Twice as long as before, because a long batch may be under
    /// way over a slow line.
    private var patience: [Partition: Patience] = [:]
    private var nextLook = ContinuousClock.now

    private static let interval = Duration.milliseconds(500)
    private static let first = Duration.seconds(5)
    private static let longest = Duration.seconds(20)

    private struct Wait: Sendable {
        let offset: Offset
        let since: ContinuousClock.Instant
    }

    private struct Patience: Sendable {
        let offset: Offset
        let time: Duration
    }

    /// Whether it is time to look.
    mutating func isDue(_ now: ContinuousClock.Instant) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = now + Self.interval
        return true
    }

    /// Those that were waited for too long, looked at while nothing lies ready to be taken.
    mutating func over(
        _ feeds: [Feed],
        _ now: ContinuousClock.Instant,
        isBehind: (Feed) -> Bool
    ) -> [Feed] {
        var (going, over) = ([Partition: Wait](), [Feed]())
        for feed in feeds where isBehind(feed) {
            let partition = feed.partition
            let former = waits[partition].flatMap { $0.offset == feed.next ? $0 : nil }
            let wait = former ?? Wait(offset: feed.next, since: now)
            let known = patience[partition].flatMap { $0.offset == feed.next ? $0.time : nil }
            let time = known ?? Self.first
            if now - wait.since > time {
                over.append(feed)
                patience[partition] = Patience(
                    offset: feed.next,
                    time: min(time * 2, Self.longest)
                )
            } else {
                going[partition] = wait
            }
        }
        waits = going
        return over
    }

    /// Nothing can come at the moment, and nobody is to blame.
    mutating func forgive() { waits = [:] }
}
