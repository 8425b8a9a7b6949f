internal import CRdKafka
private import Synchronization

/// Whether the brokers answer, and where librdkafka's words go. All clients of one log share it.
final class Connection: Sendable {
    private let hasAnswered = Atomic(false)
    let log: @Sendable (String) -> Void

    init(log: @escaping @Sendable (String) -> Void) { self.log = log }

    var isUp: Bool { hasAnswered.load(ordering: .relaxed) }

    func noteAnswer() {
        if !isUp { hasAnswered.store(true, ordering: .relaxed) }
    }

    /// Passes on what a client had to say.
    func note(_ event: borrowing Event) {
        switch event.kind {
        case .log(let facility, let line): log("Kafka client, \(facility): \(line)")
        case .error(let code, let line, isFatal: let isFatal):
            if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
                // It comes with each attempt to connect, and one line is enough.
                guard hasAnswered.exchange(false, ordering: .relaxed) else { return }
            }
            log(isFatal ? "Kafka client, beyond repair: \(line)" : "Kafka client: \(line)")
        case .deliveries, .other: break
        }
    }
}
