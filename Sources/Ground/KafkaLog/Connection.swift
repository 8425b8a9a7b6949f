internal import CRdKafka
private import Glibc
internal import Logs
private import Synchronization

/// Whether the brokers answer, and where librdkafka's words go. All clients of one log share it.
///
/// Going away and coming back are one line each. What librdkafka says of its connections meanwhile, at each attempt of
/// each client, is counted, and said at most once a minute.
final class Connection: Sendable {
    private let state = Monitor(State())
    private let hasAnswered = Atomic(false)
    private let answers = Atomic<Int>(0)
    private let servers: String
    let log: @Sendable (String) -> Void

    private struct State: Sendable {
        /// Nil: nobody has answered yet.
        var isUp: Bool?
        var isOver = false
        /// A client has lost all its connections: better ask at once.
        var isInDoubt = false
        var watch: UInt?
        var wentDown = ContinuousClock.now
        /// What was said of connections since the last line about them.
        var held = 0
        var newest = ""
        var lastSaid: ContinuousClock.Instant?
    }

    /// How long between two questions to the brokers, while they answer and while they do not.
    private static let calmMicroseconds: Int64 = 2_000_000
    private static let anxiousMicroseconds: Int64 = 500_000
    private static let sayingInterval = Duration.seconds(60)

    init(_ servers: String, log: @escaping @Sendable (String) -> Void) {
        self.servers = servers
        self.log = log
    }

    var isUp: Bool { hasAnswered.load(ordering: .relaxed) }
    /// How many answers there have been.
    var answerCount: Int { answers.load(ordering: .relaxed) }
    var isOver: Bool { state.withLock(\.isOver) }
    var isOnWatch: Bool { state.withLock { $0.watch == UInt(pthread_self()) } }

    func noteAnswer() {
        answers.wrappingAdd(1, ordering: .relaxed)
        if isUp { return }
        let line = state.withLock { state -> String? in
            guard state.isUp != true else { return nil }
            defer {
                state.isUp = true
                hasAnswered.store(true, ordering: .relaxed)
            }
            guard state.isUp == false else { return nil }
            let seconds = (ContinuousClock.now - state.wentDown) / .seconds(1)
            (state.held, state.lastSaid) = (0, .now)
            return "Kafka at \(servers) answers again, after \(Int(seconds)) s"
        }
        if let line { log(line) }
    }

    /// A question was not answered in time. `count`: The answers when it was asked; another may have come since, and then
    /// a broker is there.
    func noteSilence(_ why: String, since count: Int) {
        let line = state.withLock { state -> String? in
            guard state.isUp == true, answerCount == count else { return nil }
            state.isUp = false
            hasAnswered.store(false, ordering: .relaxed)
            state.wentDown = .now
            return "Kafka at \(servers) does not answer: \(why)"
        }
        if let line { log(line) }
    }

    /// Waits until it is time to ask again. Belongs to the thread that asks.
    func sleep() {
        let own = UInt(pthread_self())
        let isUp = state.withLock { state in
            state.watch = own
            return state.isUp == true
        }
        let deadline = Deadline(after: isUp ? Self.calmMicroseconds : Self.anxiousMicroseconds)
        _ = state.wait(until: deadline) { state -> Bool? in
            guard state.isOver || state.isInDoubt else { return nil }
            state.isInDoubt = false
            return true
        }
    }

    /// Ends the thread that asks.
    func end() {
        state.withLock { $0.isOver = true }
        state.announceChange()
    }

    /// Passes on what a client had to say.
    func note(_ event: borrowing Event) {
        switch event.kind {
        case .log(let facility, let line):
            Self.isOfConnections(facility, line)
                ? hold(line) : log("Kafka client, \(facility): \(line)")
        case .error(let code, let line, isFatal: let isFatal):
            if isFatal { return log("Kafka client, beyond repair: \(line)") }
            guard code.meansNoConnection else { return log("Kafka client: \(line)") }
            hold(line)
            if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
                state.withLock { $0.isInDoubt = true }
                state.announceChange()
            }
        case .deliveries, .other: break
        }
    }

    /// librdkafka's `FAIL`, and its `ERROR` where that repeats what comes as an error event too.
    private static func isOfConnections(_ facility: String, _ line: String) -> Bool {
        let signs = [
            "Connect to", "Disconnected", "brokers are down", "Connection refused", "timed out",
        ]
        return facility == "FAIL" || facility == "REQTMOUT"
            || facility == "ERROR" && signs.contains { line.contains($0) }
    }

    private func hold(_ line: String) {
        let said = state.withLock { state -> String? in
            (state.held, state.newest) = (state.held + 1, line)
            // While all are away one line has said so; a single broker of several has none else.
            guard state.isUp == true else { return nil }
            let last = state.lastSaid ?? .now
            if state.lastSaid == nil { state.lastSaid = last }
            guard ContinuousClock.now - last > Self.sayingInterval else { return nil }
            defer { (state.held, state.lastSaid) = (0, .now) }
            return "Kafka client: \(state.held) troubles of connections, the last: \(line)"
        }
        if let said { log(said) }
    }
}
