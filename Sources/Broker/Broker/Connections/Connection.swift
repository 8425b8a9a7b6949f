internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import Segments

/// One client. Its requests are answered in the order they came, and one begins when the one before is answered;
/// only Produce follows Produce at once, so that one sync of the disk serves many.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is under way at most; past it, nothing more is read from the socket. One request may be longer.
    private static let mostUnderWay = 64
    private static let mostBytesUnderWay = 16 << 20

    let answers: Answers
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
    private var isOver = false
    private var isAdvancing = false
    private var mustAdvanceAgain = false

    /// Told to every connection when the broker stops.
    struct Stop: Sendable {}

    init(answers: Answers, pool: NIOThreadPool, eventLoop: any EventLoop) {
        self.answers = answers
        self.pool = pool
        self.mailbox = Mailbox(on: eventLoop)
        self.frames = Frames(mostBytes: answers.settings.maxRequestBytes)
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
        frames.append(unwrapInboundIn(data))
        advance()
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
        case let event as IdleStateHandler.IdleStateEvent where event == .read && exchanges.isEmpty:
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { owesRead = true }
    }

    private var mayRead: Bool { !isHeldUp && !isStopping && context?.channel.isWritable ?? false }

    /// Takes in what other threads have to say.
    func read(_ notices: [Notice]) {
        for notice in notices { take(notice) }
        advance()
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
            bytesUnderWay -= first.byteCount
            if let answer {
                context.write(wrapOutboundOut(answer), promise: nil)
                hasWritten = true
            }
        }
        return hasWritten
    }

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
                exchanges.append(
                    Exchange(
                        api: API(rawValue: head.key) ?? .apiVersions,
                        byteCount: head.byteCount,
                        stage: .elsewhere
                    )
                )
                bytesUnderWay += head.byteCount
                set(number, try begin(frame, head, number: number))
            }
        } catch {
            close(because: error.reason)
        }
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

    func close(because reason: String) {
        guard !isOver, let context else { return }
        isOver = true
        answers.log("Closed the connection of \(peer): \(reason).")
        context.close(promise: nil)
    }

    private func refuse(_ refusal: Frames.Refusal) {
        guard let context else { return }
        switch refusal {
        case .length(let count, let most):
            close(because: "a request of \(count) bytes, where 8 to \(most) are taken")
        case .tls: close(because: "it speaks TLS, and this port does not")
        case .http:
            isOver = true
            answers.log("Refused an HTTP request of \(peer): this port speaks Kafka's protocol.")
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
        for exchange in exchanges {
            switch exchange.stage {
            case .fetching(let round): rest(round)
            case .coordinating(let ticket): answers.groups.forget(ticket)
            case .producing, .elsewhere, .answered: break
            }
        }
        exchanges.removeAll()
        isOver = true
        context = nil
        mailbox.close()
    }
}
