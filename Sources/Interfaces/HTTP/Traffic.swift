public import JSON
internal import NIOCore
internal import Synchronization

/// Who is connected, what is in flight, and what was refused because it was too much.
public final class Traffic: Sendable {
    /// Why somebody was sent away.
    public enum Refused: String, CaseIterable, Sendable {
        case connections
        case slowHeads
        case slowBodies
        case longBodies
        case bytesInFlight
        case readers
        case unreadAnswers
        case malformed

        /// After a number.
        var phrase: String {
            switch self {
            case .connections: "connections beyond the limit"
            case .slowHeads: "requests whose headers did not come to an end"
            case .slowBodies: "bodies that did not come to an end"
            case .longBodies: "bodies beyond the limit"
            case .bytesInFlight: "bodies for which there was no room"
            case .readers: "readers of topics beyond the limit"
            case .unreadAnswers: "answers that nobody read"
            case .malformed: "requests that are no HTTP"
            }
        }
    }

    /// What a connection does that is asked to make room: it closes, if it still has nothing to do.
    struct GiveWay: Sendable {}

    /// What became of a new connection.
    enum Admission {
        case admitted
        /// It hears why not.
        case refused
        /// There are too many even to tell them.
        case dropped
    }

    private struct Client {
        var channel: any Channel
        /// Nil: a request is being read or answered.
        var idleSince: NIODeadline?
    }

    private struct State {
        var clients: [ObjectIdentifier: Client] = [:]
        /// Those who hear that there is no room.
        var turnedAway = 0
        var bytesInFlight = 0
        var readers = 0
        var refused: [Refused: Int] = [:]
        var unsaid: [Refused: Int] = [:]
        var nextNotice = NIODeadline.uptimeNanoseconds(0)
        var isNoticeDue = false
    }

    /// So many are told at once that there is no room.
    private static let mostTurnedAway = 64

    public let limits: HTTPLimits
    private let state = Mutex(State())
    private let reporter = Mutex<Reporter?>(nil)

    /// Who is told, and where that waits for its time.
    private struct Reporter {
        var notice: @Sendable (String) -> Void
        var eventLoop: any EventLoop
    }

    public init(_ limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// `notice`: Gets one line now and then for the operator.
    func report(on eventLoop: any EventLoop, to notice: @escaping @Sendable (String) -> Void) {
        reporter.withLock { $0 = Reporter(notice: notice, eventLoop: eventLoop) }
    }

    // Connections.

    func admit(_ channel: any Channel, now: NIODeadline) -> Admission {
        let (admission, leaver) = state.withLock { state -> (Admission, (any Channel)?) in
            var leaver: (any Channel)?
            if state.clients.count >= limits.connections {
                let idle = state.clients.filter { $0.value.idleSince != nil }
                guard
                    let longest = idle.min(by: {
                        ($0.value.idleSince ?? now) < ($1.value.idleSince ?? now)
                    })
                else {
                    guard state.turnedAway < Self.mostTurnedAway else { return (.dropped, nil) }
                    state.turnedAway += 1
                    return (.refused, nil)
                }
                leaver = longest.value.channel
                state.clients[longest.key] = nil
            }
            state.clients[ObjectIdentifier(channel)] = Client(channel: channel, idleSince: now)
            return (.admitted, leaver)
        }
        leaver?.pipeline.fireUserInboundEventTriggered(GiveWay())
        return admission
    }

    /// Nil: it has something to do.
    func mark(_ channel: any Channel, idleSince: NIODeadline?) {
        state.withLock { $0.clients[ObjectIdentifier(channel)]?.idleSince = idleSince }
    }

    func left(_ channel: any Channel, wasTurnedAway: Bool) {
        state.withLock { state in
            if wasTurnedAway {
                state.turnedAway -= 1
            } else {
                state.clients[ObjectIdentifier(channel)] = nil
            }
        }
    }

    // Bodies and readers.

    /// Whether there is room for so many bytes more.
    func take(bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytesInFlight + bytes <= limits.bytesInFlight else { return false }
            state.bytesInFlight += bytes
            return true
        }
    }

    func giveBack(bytes: Int) { state.withLock { $0.bytesInFlight -= bytes } }

    public func takeReader() -> Bool {
        state.withLock { state in
            guard state.readers < limits.readers else { return false }
            state.readers += 1
            return true
        }
    }

    public func giveBackReader() { state.withLock { $0.readers -= 1 } }

    // What was refused.

    /// Counts it, and says so at once or, where something was said not long ago, later together with others.
    public func refused(_ what: Refused) {
        let now = NIODeadline.now()
        let (line, isDue) = state.withLock { state -> (String?, Bool) in
            state.refused[what, default: 0] += 1
            state.unsaid[what, default: 0] += 1
            if now >= state.nextNotice { return (takeLine(&state, now), false) }
            defer { state.isNoticeDue = true }
            return (nil, !state.isNoticeDue)
        }
        let reporter = reporter.withLock { $0 }
        if let line { reporter?.notice(line) }
        if isDue {
            reporter?.eventLoop.scheduleTask(in: limits.noticeTime) { [self] in
                if let line = state.withLock({ takeLine(&$0, .now()) }) { reporter?.notice(line) }
            }
        }
    }

    private func takeLine(_ state: inout State, _ now: NIODeadline) -> String? {
        state.isNoticeDue = false
        guard !state.unsaid.isEmpty else { return nil }
        let counts = Refused.allCases.compactMap { what in
            state.unsaid[what].map { "\($0) \(what.phrase)" }
        }
        state.unsaid = [:]
        state.nextNotice = now + limits.noticeTime
        return "HTTP refused " + counts.joined(separator: ", ")
    }

    func count(of what: Refused) -> Int { state.withLock { $0.refused[what] ?? 0 } }

    /// How many requests are being read or answered.
    var atWork: Int { state.withLock { $0.clients.values.count { $0.idleSince == nil } } }

    /// Limits and what is used of them.
    public var json: JSONValue {
        let state = state.withLock { $0 }
        func use(_ limit: Int, _ current: Int) -> JSONValue {
            ["limit": .integer(Int64(limit)), "current": .integer(Int64(current))]
        }
        func seconds(_ time: TimeAmount) -> JSONValue {
            .number(Double(time.nanoseconds) / 1_000_000_000)
        }
        return [
            "connections": use(limits.connections, state.clients.count),
            "bytesInFlight": use(limits.bytesInFlight, state.bytesInFlight),
            "readers": use(limits.readers, state.readers),
            "lineBytes": ["limit": .integer(Int64(limits.lineBytes))],
            "headBytes": ["limit": .integer(Int64(limits.headBytes))],
            "bodyBytes": ["limit": .integer(Int64(limits.bodyBytes))],
            "recordsBytes": ["limit": .integer(Int64(limits.recordsBytes))],
            "headSeconds": ["limit": seconds(limits.headTime)],
            "idleSeconds": ["limit": seconds(limits.idleTime)],
            "bodySeconds": ["limit": seconds(limits.bodyTime)],
            "unreadSeconds": ["limit": seconds(limits.unreadTime)],
            "refused": .object(
                Refused.allCases.map { ($0.rawValue, .integer(Int64(state.refused[$0] ?? 0))) }
            ),
        ]
    }
}
