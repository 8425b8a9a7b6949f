internal import NIOCore
internal import Synchronization

/// What clients make the broker say. The first of a kind is said at once, and what follows is counted and said once a
/// minute, so that nobody fills the disk with lines.
final class Remarks: Sendable {
    /// What a remark is about.
    enum Kind: String, CaseIterable, Sendable {
        case http = "HTTP on this port"
        case tls = "TLS on this port"
        case malformed = "requests that make no sense"
        case unfinished = "requests that were not finished in time"
        case standingStill = "clients that held memory and stood still"
        case noRoom = "requests for which there was no room"
        case tooMany = "connections where there were enough"
        case unacknowledged = "refused batches whose sender wants no answer"
        case answers = "answers that could not be written down"
        case damage = "reads of broken bytes"
        case disk = "failures of the disk"
        case offsets = "commits that were not stored"
        case topics = "topics that came, went or changed"
    }

    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())
    private static let pause = TimeAmount.minutes(1)

    /// What was counted.
    private struct State {
        /// Since the start.
        var all: [Kind: Int] = [:]
        /// Of the kinds of which something was said a short while ago: what came since.
        var held: [Kind: (count: Int, last: String)] = [:]
        var tellAt: NIODeadline = .distantFuture
    }

    init(log: @escaping @Sendable (String) -> Void) { self.log = log }

    /// How often it came to each since the start.
    var counts: [Kind: Int] { state.withLock { $0.all } }

    func note(_ kind: Kind, _ sentence: String, now: NIODeadline = .now()) {
        let isFirst = state.withLock { state in
            state.all[kind, default: 0] += 1
            guard let held = state.held[kind] else {
                state.held[kind] = (0, "")
                state.tellAt = min(state.tellAt, now + Self.pause)
                return true
            }
            state.held[kind] = (held.count + 1, sentence)
            return false
        }
        if isFirst { log(sentence) }
    }

    /// Says what was counted if it is time.
    func tell(now: NIODeadline = .now(), isLast: Bool = false) {
        let line = state.withLock { state -> String? in
            guard now >= state.tellAt || isLast else { return nil }
            let parts = Kind.allCases.compactMap { kind -> String? in
                guard let (count, last) = state.held[kind], count > 0 else { return nil }
                return "\(count) \(kind.rawValue) (the last: \(last))"
            }
            // A kind that was silent for a minute is news again.
            state.held = state.held.filter { $0.value.count > 0 }.mapValues { _ in (0, "") }
            state.tellAt = state.held.isEmpty ? .distantFuture : now + Self.pause
            return parts.isEmpty
                ? nil : "In the last minute again: \(parts.joined(separator: "; "))"
        }
        if let line { log(line) }
    }

    /// Says what was counted, because nobody will come by later.
    func tellRest() { tell(isLast: true) }
}
