internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import Segments

extension Connection {
    /// Reads at once where there is something to say, and else waits until something becomes visible.
    func fetch(
        _ request: FetchRequest,
        _ header: RequestHeader,
        number: Int
    ) throws(ByteError) -> Exchange.Stage {
        let round = FetchRound(request, header: header)
        round.isFinal = request.waitMilliseconds <= 0 || request.minBytes <= 0
        if round.isFinal || answers.hasNews(for: request) {
            read(round, number: number)
        } else {
            wait(round, number: number, above: round.partitions.map(\.offset))
        }
        return .fetching(round)
    }

    func wait(_ round: FetchRound, number: Int, above offsets: [Int64]) {
        cancelNotifications(of: round)
        let (mailbox, claim) = (mailbox, round.claim)
        if round.timer == nil {
            round.timer = context?.eventLoop.scheduleTask(deadline: round.deadline) {
                mailbox.post(.waitedEnough(request: number))
            }
        }
        // The thread that makes a record visible starts the reading itself: each thread in between would add to the
        // time from producer to consumer.
        let reading = reading(round, number: number)
        round.tokens = zip(round.partitions, offsets).map { asked, offset in
            answers.store.notify(above: offset, in: asked.partition) {
                if claim.take() { reading() }
            }
        }
    }

    /// Reads, unless it is being read already: then what was found decides how it goes on.
    func read(_ round: FetchRound, number: Int) {
        guard round.claim.take() else { return }
        reading(round, number: number)()
    }

    /// What reads on a thread that may wait for the disk, and makes the answer there too, because it is long.
    private func reading(_ round: FetchRound, number: Int) -> @Sendable () -> Void {
        let (answers, mailbox, pool) = (answers, mailbox, pool)
        let (request, header, isFinal) = (round.request, round.header, round.isFinal)
        let (charge, prepaid) = (charge(of: number), round.prepaid)
        round.prepaid = 0
        return {
            pool.submit { state in
                guard case .active = state else { return }
                mailbox.post(
                    Self.notice(
                        of: request,
                        header,
                        number,
                        isFinal: isFinal,
                        answers,
                        charge,
                        prepaid: prepaid
                    )
                )
            }
        }
    }

    /// Waits until there is room for an answer, as long as it takes: those who take none of theirs are hung up on.
    func wait(_ round: FetchRound, number: Int, forRoom bytes: Int) {
        guard !round.waitsForRoom else { return }
        round.waitsForRoom = true
        let mailbox = mailbox
        charge(of: number).wait(for: bytes) {
            mailbox.post(.mayAnswer(request: number, bytes: bytes))
        }
    }

    private static let leastAnswerBytes = 64 << 10

    /// Nothing is written down before all of it is counted: until then only the two threads that read hold batches.
    private static func notice(
        of request: FetchRequest,
        _ header: RequestHeader,
        _ number: Int,
        isFinal: Bool,
        _ answers: Answers,
        _ charge: Charge,
        prepaid: Int
    ) -> Notice {
        let before = charge.bytes - prepaid
        // A batch comes whole, however few bytes of a partition are asked for.
        let asked = request.topics.reduce(0) { sum, topic in
            topic.partitions.reduce(sum) { $0 + max(leastAnswerBytes, Int($1.maxBytes)) }
        }
        let most = max(0, min(Answers.mostBytes(of: request), asked) - prepaid)
        let share = charge.takeShare(upTo: most, least: prepaid > 0 ? 1 : leastAnswerBytes)
        guard share != nil || prepaid > 0 else {
            return .noRoom(request: number, bytes: leastAnswerBytes)
        }
        var request = request
        if share ?? 0 < most { request.maxBytes = Int32(clamping: prepaid + (share ?? 0)) }
        let fetched = answers.answer(request)
        let wanted = min(Int(request.minBytes), Answers.mostBytes(of: request))
        guard isFinal || fetched.hasErrors || fetched.byteCount >= wanted else {
            let seen = fetched.response.topics.flatMap { $0.partitions.map(\.highWatermark) }
            charge.set(to: before)
            return .foundTooLittle(request: number, above: seen)
        }
        if let lacking = lackingBytes(header, fetched.response, charge) {
            charge.set(to: before)
            return .noRoom(request: number, bytes: lacking)
        }
        return notice(number, charge, header, fetched.response)
    }

    /// A first batch comes whole, however long it is, and may be longer than the share. Nil if there is room for all
    /// of the answer now, or else how much it needs.
    private static func lackingBytes(
        _ header: RequestHeader,
        _ response: FetchResponse,
        _ charge: Charge
    ) -> Int? {
        let bytes: Int
        do throws(ByteError) {
            bytes = cost(of: try header.byteCount(of: response))
        } catch {
            // It cannot be written down either, and that is said there.
            return nil
        }
        let lacking = bytes - charge.bytes
        return lacking <= 0 || charge.take(lacking) ? nil : bytes
    }

    /// Takes back everything that would wake the round.
    func rest(_ round: FetchRound) {
        // A callback may be under way already; it shall find nothing to do.
        _ = round.claim.take()
        cancelNotifications(of: round)
        round.timer?.cancel()
        round.timer = nil
    }

    private func cancelNotifications(of round: FetchRound) {
        for token in round.tokens { answers.store.cancel(token) }
        round.tokens = []
    }
}
