internal import NIOCore
internal import NIOPosix

/// One client. Its requests are answered in the order they came, and one begins when the one before is answered;
/// only Produce follows Produce at once, so that one sync of the disk serves many.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is under way at most; past it, nothing more is read from the socket. One request may be longer.
    private static let mostUnderWay = 64
    private static let mostBytesUnderWay = 16 << 20

    private(set) var answers: Answers
    let pool: NIOThreadPool
    let mailbox: Mailbox
    private(set) var context: ChannelHandlerContext?
    private var frames: Frames
    private var exchanges = CircularBuffer<Exchange>()
    /// The number of the first exchange that is still there.
    private var firstNumber = 0
    private var bytesUnderWay = 0
    /// A whole request has arrived whose turn has not come.
    private var isHeldUp = false
    private var owesRead = false
    private var isStopping = false
    private(set) var isOver = false
    /// What has arrived and was not begun, and the rest of the request that is arriving.
    private var receiving: Charge
    /// Since when there is no room for the rest of a request, so that nothing more is read; nil where there is.
    private(set) var waitsSince: NIODeadline?
    /// How many bytes of answers the system has not taken yet.
    private var unwritten = 0
    /// When something arrived.
    private(set) var lastHeard = NIODeadline.now()
    /// When something arrived, or the broker read nothing: nobody is late with what is not read. It says nothing of
    /// answers, or whoever has requests wait behind one that is not taken would never stand still.
    private var lastReadable = NIODeadline.now()
    /// When the unfinished request began.
    private var requestBegan: NIODeadline?
    /// When some of the answers was taken, or the first of them was there to be taken.
    private var lastTaken = NIODeadline.now()
    /// When a request was begun or answered.
    private var lastTurn = NIODeadline.now()
    /// Whether a client of this very server speaks.
    var isOwn: Bool { answers.isOwn }
    /// It was let in beyond the limit, in case it is one.
    let isOnProbation: Bool
    private let becameOwn: () -> Void
    private var isAdvancing = false
    private var mustAdvanceAgain = false

    /// Told to every connection when the broker stops.
    struct Stop: Sendable {}

    init(
        answers: Answers,
        pool: NIOThreadPool,
        eventLoop: any EventLoop,
        isOnProbation: Bool = false,
        becameOwn: @escaping () -> Void = {}
    ) {
        self.answers = answers
        self.pool = pool
        self.mailbox = Mailbox(on: eventLoop)
        self.frames = Frames(mostBytes: answers.settings.maxRequestBytes)
        self.receiving = Charge(answers.budget, isOwn: false)
        self.isOnProbation = isOnProbation
        self.becameOwn = becameOwn
        mailbox.belong(to: self)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { abandon() }

    func channelInactive(context: ChannelHandlerContext) {
        abandon()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that went away is no news.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        lastHeard = .now()
        lastReadable = lastHeard
        frames.append(unwrapInboundIn(data))
        advance()
        account()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        advance()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Stop:
            isStopping = true
            hurryFetch()
            advance()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { owesRead = true }
    }

    private var mayRead: Bool {
        !isHeldUp && !isStopping && !waitsForRoom && context?.channel.isWritable ?? false
    }

    /// Takes in what other threads have to say.
    func read(_ notices: [Notice]) {
        for notice in notices { take(notice) }
        advance()
        account()
    }

    /// Writes what is answered, begins what may begin, and reads on if there is room.
    private func advance() {
        // Writing can tell of writability while this runs.
        guard !isAdvancing else {
            mustAdvanceAgain = true
            return
        }
        isAdvancing = true
        defer { isAdvancing = false }
        repeat {
            mustAdvanceAgain = false
            guard let context, !isOver else { return }
            var hasWritten = false
            repeat {
                hasWritten = writeAnswers(to: context) || hasWritten
            } while beginNext(in: context)
            if hasWritten { context.flush() }
        } while mustAdvanceAgain
        guard let context, !isOver else { return }
        if isStopping, exchanges.isEmpty {
            context.close(promise: nil)
        } else if owesRead, mayRead {
            owesRead = false
            context.read()
        }
    }

    private func writeAnswers(to context: ChannelHandlerContext) -> Bool {
        var hasWritten = false
        while let first = exchanges.first, case .answered(let answer) = first.stage {
            exchanges.removeFirst()
            firstNumber += 1
            lastTurn = .now()
            bytesUnderWay -= first.byteCount
            if let answer {
                write(answer, first.charge, to: context)
                hasWritten = true
            }
        }
        return hasWritten
    }

    /// Writes an answer piece by piece, so that one can see whether somebody takes it.
    private func write(_ answer: ByteBuffer, _ charge: Charge, to context: ChannelHandlerContext) {
        var rest = answer
        charge.set(to: Self.cost(of: answer.readableBytes))
        if unwritten == 0 { lastTaken = .now() }
        while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceBytes)),
            piece.readableBytes > 0
        {
            let count = piece.readableBytes
            unwritten += count
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenComplete { _ in
                // The charge is held until all of the answer is gone.
                withExtendedLifetime(charge) {}
                self.unwritten -= count
                self.lastTaken = .now()
            }
            context.write(wrapOutboundOut(piece), promise: written)
        }
    }

    /// Somebody who takes little at a time goes on, too.
    private static let pieceBytes = 1 << 16

    /// Begins the next request if its turn has come, and says whether it did.
    private func beginNext(in context: ChannelHandlerContext) -> Bool {
        isHeldUp = false
        guard !isStopping, !isOver else { return false }
        do throws(Frames.Refusal) {
            guard let head = try frames.head() else { return false }
            let follows = exchanges.last.map {
                $0.api == .produce && head.key == API.produce.rawValue
                    && exchanges.count < Self.mostUnderWay
                    && bytesUnderWay + head.byteCount <= Self.mostBytesUnderWay
            }
            guard follows ?? true, context.channel.isWritable else {
                isHeldUp = true
                if head.key != API.fetch.rawValue { hurryFetch() }
                return false
            }
            begin(head)
            return !isOver
        } catch {
            refuse(error)
            return false
        }
    }

    private func begin(_ head: Frames.Head) {
        do throws(RequestRefusal) {
            try frames.take(head) { (frame) throws(RequestRefusal) in
                let number = firstNumber + exchanges.count
                let charge = Charge(answers.budget, isOwn: isOwn)
                receiving.move(head.byteCount, to: charge)
                exchanges.append(
                    Exchange(
                        api: API(rawValue: head.key) ?? .apiVersions,
                        byteCount: head.byteCount,
                        charge: charge,
                        stage: .elsewhere
                    )
                )
                bytesUnderWay += head.byteCount
                lastTurn = .now()
                set(number, try begin(frame, head, number: number))
            }
        } catch {
            close(.malformed, because: error.reason)
        }
    }

    // MARK: What it holds

    func charge(of number: Int) -> Charge {
        let index = number - firstNumber
        guard 0 ..< exchanges.count ~= index else {
            return Charge(answers.budget, isOwn: isOwn)
        }
        return exchanges[exchanges.index(exchanges.startIndex, offsetBy: index)].charge
    }

    /// The request that begins takes so much in memory, besides its bytes.
    func weigh(_ bytes: Int) {
        guard let charge = exchanges.last?.charge, bytes > 0 else { return }
        exchanges[exchanges.index(before: exchanges.endIndex)].weight += bytes
        if !charge.add(bytes), bytes > Self.lightBytes {
            close(.noRoom, because: "there is no room for its request")
        }
    }

    private static let lightBytes = 64 << 10

    /// Holds as much of the budget as has arrived, and before anything more is read the rest of the request that begins.
    private func account() {
        guard !isOver else { return }
        frames.trim()
        let (received, unfinished) = (frames.received, frames.unfinished)
        if received == 0 {
            requestBegan = nil
        } else if requestBegan == nil || unfinished == nil {
            requestBegan = lastReadable
        }
        guard !waitsForRoom else { return }
        guard let unfinished, unfinished > Self.lightBytes else {
            if !receiving.set(to: received), received > Self.lightBytes {
                close(.noRoom, because: "there is no room for its requests")
            }
            return
        }
        if receiving.bytes > unfinished { receiving.set(to: unfinished) }
        let lacking = unfinished - receiving.bytes
        guard lacking > 0, !receiving.take(lacking) else { return }
        // What is here already is held at once; only the rest can wait.
        if received > receiving.bytes, !receiving.set(to: received) {
            return close(.noRoom, because: "there is no room for its request")
        }
        waitsSince = .now()
        let mailbox = mailbox
        receiving.wait(for: unfinished - receiving.bytes) { mailbox.post(.mayReadOn) }
    }

    func mayReadOn() {
        waitsSince = nil
        restartClock()
    }

    /// A client is known by what it calls itself in its first request. False if it must go.
    func isWelcome(_ client: String?) -> Bool {
        if !isOwn, let own = answers.settings.ownClientID, client == own {
            answers.isOwn = true
            becameOwn()
            let charge = Charge(answers.budget, isOwn: true)
            receiving.move(receiving.bytes, to: charge)
            receiving = charge
        }
        guard isOwn || !isOnProbation else {
            close(.tooMany, because: "there are enough connections")
            return false
        }
        return true
    }

    // MARK: How it goes on

    /// Nothing is under way, and nothing waits to be taken or for room.
    var isIdle: Bool { exchanges.isEmpty && unwritten == 0 && !waitsForRoom }

    private var waitsForRoom: Bool { waitsSince != nil }

    /// Whether it is this connection that waits with what is charged there.
    func waits(with charge: Charge) -> Bool { waitsForRoom && receiving === charge }

    /// Something is on its way to the disk.
    var isProducing: Bool { exchanges.contains { $0.api == .produce } }

    /// What it holds that others may wait for and that does not go on, and since when; nil if there is nothing. Each
    /// part has a clock of its own, so that nobody keeps one by moving another.
    var standstill: (bytes: Int, since: NIODeadline)? {
        let isArriving = requestBegan != nil && frames.unfinished != nil && !waitsForRoom
        let parts = [
            (bytes: isArriving ? receiving.bytes : 0, since: lastReadable),
            (bytes: unwritten, since: lastTaken),
            (bytes: waitingForTurn, since: lastTurn),
        ]
        let held = parts.filter { $0.bytes > 0 }
        guard let since = held.map(\.since).min() else { return nil }
        return (held.reduce(0) { $0 + $1.bytes }, since)
    }

    /// What requests hold that wait for records, for a group or for room, and those behind them. A little of it is
    /// nothing that others wait for, and batches on their way to the disk go on by themselves.
    private var waitingForTurn: Int {
        guard !isProducing else { return 0 }
        let behind = frames.unfinished == nil ? receiving.bytes : 0
        let bytes = exchanges.reduce(behind) { $0 + $1.byteCount + $1.weight }
        return bytes > Self.lightBytes ? bytes : 0
    }

    /// A request that could arrive and does not: since when, and how long it may take.
    func unfinishedRequest(_ limit: TimeAmount) -> (since: NIODeadline, until: NIODeadline)? {
        guard let requestBegan, frames.received > 0 else { return nil }
        guard mayRead else {
            // It is the broker that does not read on.
            restartClock()
            return nil
        }
        let more = TimeAmount.seconds(Int64((frames.unfinished ?? 0) >> 20))
        return (requestBegan, min(requestBegan + limit + more, lastReadable + limit))
    }

    private func restartClock() {
        lastReadable = .now()
        if requestBegan != nil { requestBegan = lastReadable }
    }

    // MARK: What requests need

    func stage(of number: Int) -> Exchange.Stage? {
        let index = number - firstNumber
        guard 0 ..< exchanges.count ~= index else { return nil }
        return exchanges[exchanges.index(exchanges.startIndex, offsetBy: index)].stage
    }

    func set(_ number: Int, _ stage: Exchange.Stage) {
        let index = number - firstNumber
        guard 0 ..< exchanges.count ~= index else { return }
        exchanges[exchanges.index(exchanges.startIndex, offsetBy: index)].stage = stage
    }

    /// Lets a Fetch that waits answer with what there is: somebody stands behind it.
    private func hurryFetch() {
        guard case .fetching(let round) = exchanges.first?.stage, !round.isFinal else { return }
        round.isFinal = true
        read(round, number: firstNumber)
    }

    // MARK: Ends

    func close(_ kind: Remarks.Kind, because reason: String) {
        guard !isOver, let context else { return }
        isOver = true
        answers.remarks.note(kind, "Closed the connection of \(peer): \(reason).")
        context.close(promise: nil)
    }

    /// Makes room for others; nobody did anything wrong.
    func giveWay() { context?.close(promise: nil) }

    private func refuse(_ refusal: Frames.Refusal) {
        guard let context else { return }
        switch refusal {
        case .length(let count, let most):
            close(.malformed, because: "a request of \(count) bytes, where 8 to \(most) are taken")
        case .tls: close(.tls, because: "it speaks TLS, and this port does not")
        case .http:
            isOver = true
            answers.remarks.note(
                .http,
                "Refused an HTTP request of \(peer): this port speaks Kafka's protocol."
            )
            var answer = ByteBufferAllocator().buffer(capacity: 256)
            let text = "This port speaks Kafka's protocol, not HTTP.\n"
            answer.writeString(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n" + text
            )
            context.write(wrapOutboundOut(answer), promise: nil)
            context.flush()
            context.close(mode: .output, promise: nil)
            // Closing at once would reset the connection while the client still sends, and lose the answer.
            let channel = context.channel
            channel.eventLoop.scheduleTask(in: .milliseconds(500)) { channel.close(promise: nil) }
        }
    }

    private var peer: String {
        guard let address = context?.channel.remoteAddress else { return "a client" }
        return "\(address.ipAddress ?? "unknown"):\(address.port ?? 0)"
    }

    private func abandon() {
        if waitsForRoom { receiving.stopWaiting() }
        receiving.set(to: 0)
        for exchange in exchanges {
            switch exchange.stage {
            case .fetching(let round):
                rest(round)
                if round.waitsForRoom { exchange.charge.stopWaiting() }
            case .coordinating(let ticket): answers.groups.forget(ticket)
            case .elsewhere: exchange.charge.stopWaiting()
            case .producing, .answered: break
            }
        }
        exchanges.removeAll()
        isOver = true
        context = nil
        mailbox.close()
    }
}
