internal import CRdKafka
internal import Logs

/// The thread that hears from the writing client: delivery reports, errors, log lines. All callbacks of appends run
/// here.
extension Producer {
    /// Runs until `end` or, after a fatal error, until nothing is under way.
    func deliver() {
        state.withLock { $0.deliveryThread = Producer.thisThread }
        let reports = UnsafeMutablePointer<UnsafePointer<rd_kafka_message_t>?>.allocate(
            capacity: Producer.reportsAtOnce
        )
        defer { unsafe reports.deallocate() }
        while true {
            if let event = unsafe Event(from: client.events, within: 100) {
                if case .deliveries = event.kind {
                    unsafe answer(event, using: reports)
                } else {
                    connection.note(event)
                    if case .error(_, let line, isFatal: true) = event.kind {
                        giveUp(because: line)
                    }
                }
            }
            answerRefusals()
            if state.withLock({ $0.ends() }) { break }
        }
        for pending in state.withLock({ $0.slots.removeAll() }) {
            pending.done(.failure(.possiblyPersisted("The log was closed before the answer came.")))
        }
    }

    /// Sends what is queued, gives up what takes longer than two seconds, and lets `deliver` come to its end.
    func end() {
        state.withLock { $0.closedBecause = $0.closedBecause ?? "The log is closed." }
        state.announceChange()
        if !isOnDeliveryThread {
            if unsafe rd_kafka_flush(client.pointer, 2_000) != RD_KAFKA_RESP_ERR_NO_ERROR {
                unsafe rd_kafka_purge(
                    client.pointer,
                    RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
                )
                unsafe rd_kafka_flush(client.pointer, 500)
            }
        }
        state.withLock { $0.isEnding = true }
        unsafe rd_kafka_queue_yield(client.events)
    }

    /// Reports taken out of an event under one lock.
    private static let reportsAtOnce = 512

    private func answer(
        _ event: borrowing Event,
        using reports: UnsafeMutablePointer<UnsafePointer<rd_kafka_message_t>?>
    ) {
        while true {
            let count = unsafe rd_kafka_event_message_array(
                event.pointer,
                reports,
                Producer.reportsAtOnce
            )
            guard count > 0 else { return }
            let batch = unsafe UnsafeBufferPointer(start: reports, count: count)
            let (answered, someoneWaits) = unsafe take(batch)
            if someoneWaits { state.announceChange() }
            for (pending, result) in answered { pending.done(result) }
        }
    }

    private typealias Answered = [(Pending, Result<Position, AppendError>)]

    private func take(
        _ reports: UnsafeBufferPointer<UnsafePointer<rd_kafka_message_t>?>
    ) -> (Answered, someoneWaits: Bool) {
        state.withLock { state in
            var answered = Answered()
            answered.reserveCapacity(reports.count)
            for index in reports.indices {
                guard let report = unsafe reports[index] else { continue }
                let number = unsafe Int(bitPattern: report.pointee._private)
                guard let pending = state.slots.remove(number) else { continue }
                answered.append((pending, unsafe result(report, topic: pending.topic)))
            }
            defer { state.isSomeoneWaiting = false }
            return (answered, state.isSomeoneWaiting)
        }
    }

    private func result(
        _ report: UnsafePointer<rd_kafka_message_t>,
        topic: String
    ) -> Result<Position, AppendError> {
        let code = unsafe report.pointee.err
        let status = unsafe rd_kafka_message_status(report)
        if status == RD_KAFKA_MSG_STATUS_PERSISTED {
            connection.noteAnswer()
            // A broker that had the record already says so without its offset, and librdkafka has -1 then.
            let partition = unsafe Partition(topic, report.pointee.partition)
            return unsafe .success(Position(partition, max(-1, report.pointee.offset)))
        }
        let sentence = "Appending to \(topic): \(code.sentence)"
        guard status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED else {
            return .failure(.possiblyPersisted(sentence))
        }
        return .failure(code.isForGood ? .refused(sentence) : .notPersisted(sentence))
    }

    /// A fatal error of an idempotent producer, such as a sequence that the brokers do not know any more, leaves a
    /// client that refuses everything. What it still has is answered as far as it is known, and another takes over.
    private func giveUp(because line: String) {
        let isFirst = state.withLock { state in
            defer { state.isBroken = true }
            state.closedBecause = "The Kafka client is being replaced: \(line)"
            return !state.isBroken
        }
        guard isFirst else { return }
        state.announceChange()
        unsafe rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        whenBroken(self)
    }

    private func answerRefusals() {
        let refusals = state.withLock { state in
            defer { state.refusals = [] }
            return state.refusals
        }
        for (pending, error) in refusals { pending.done(.failure(error)) }
    }

    /// Asks whether a broker is there, for as little as can be asked for. librdkafka says when all its connections are
    /// gone, and neither when one is back nor that a broker accepts and never answers.
    func knock() {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let count = connection.answerCount
        let code = unsafe rd_kafka_metadata(
            client.pointer,
            0,
            nil,
            &answer,
            Self.knockMilliseconds
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
            return connection.noteSilence(code.sentence, since: count)
        }
        unsafe rd_kafka_metadata_destroy(answer)
        connection.noteAnswer()
    }

    private static let knockMilliseconds: Int32 = 2_000
}

extension Producer.State {
    /// Whether the delivery thread may go, and then it goes: all is answered, or was given two seconds to be.
    fileprivate mutating func ends() -> Bool {
        guard refusals.isEmpty, isEnding || (isBroken && slots.count == 0) else { return false }
        isEnding = true
        return true
    }
}
