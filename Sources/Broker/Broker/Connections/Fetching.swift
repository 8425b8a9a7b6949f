internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import Segments

extension Connection {
    /// Reads at once where there is something to say, and else waits until something becomes visible.
    func fetch(
        _ request: FetchRequest, _ header: RequestHeader, number: Int
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
        round.state = .waiting
        let mailbox = mailbox
        if round.timer == nil {
            round.timer = context?.eventLoop.scheduleTask(deadline: round.deadline) {
                mailbox.post(.waitedEnough(request: number))
            }
        }
        // A callback that comes at once still finds the round waiting, because notices are read later.
        round.tokens = zip(round.partitions, offsets).map { asked, offset in
            answers.store.notify(above: offset, in: asked.partition) {
                mailbox.post(.visible(request: number))
            }
        }
    }

    /// Reads on a thread that may wait for the disk, and makes the answer there too, because it is long.
    func read(_ round: FetchRound, number: Int) {
        round.state = .reading
        cancelNotifications(of: round)
        let (answers, mailbox, request, header) = (answers, mailbox, round.request, round.header)
        let isFinal = round.isFinal
        pool.submit { state in
            guard case .active = state else { return }
            let fetched = answers.answer(request)
            guard isFinal || fetched.hasErrors || fetched.byteCount >= Int(request.minBytes) else {
                let seen = fetched.response.topics.flatMap { $0.partitions.map(\.highWatermark) }
                return mailbox.post(.foundTooLittle(request: number, above: seen))
            }
            let reserved = 256 + fetched.byteCount + fetched.response.topics.count * 64
            mailbox.post(
                Self.notice(number) { () throws(ByteError) in
                    try header.frame(fetched.response, reserving: reserved)
                })
        }
    }

    /// Takes back everything that would wake the round.
    func rest(_ round: FetchRound) {
        cancelNotifications(of: round)
        round.timer?.cancel()
        round.timer = nil
    }

    private func cancelNotifications(of round: FetchRound) {
        for token in round.tokens { answers.store.cancel(token) }
        round.tokens = []
    }
}
