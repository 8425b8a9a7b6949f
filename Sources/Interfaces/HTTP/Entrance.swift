internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

/// Where requests come in: one at a time, whole in time, and well formed (RFC 9110, 9112). What is not is answered here,
/// and its connection closed.
final class Entrance: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What is left of a body when it is answered is read, so that the connection can go on, if it is no more than this.
    private static let mostDrainedBytes = 256 << 10

    private let state: ConnectionState
    private let traffic: Traffic
    private let gatekeeper: Gatekeeper
    private let isAdmitted: Bool
    private var limits: HTTPLimits { traffic.limits }

    /// The request that is being read or answered.
    private struct Current {
        var head: HTTPRequestHead
        /// What is to come of the body; nil: as much as comes.
        var bodyLeft: Int?
        var isAnswerBegun = false
        var isLast = false
        /// The answer goes on until the client ends it.
        var isEndless = false
        /// The client sends its body when it is told to.
        var mustContinue = false
    }

    private var current: Current?
    /// Of requests whose turn has not come. While there are any, nothing more is read from the socket.
    private var held = CircularBuffer<HTTPServerRequestPart>()
    private var owesRead = false
    private var isQuiescing = false
    /// What is wrong with a request whose turn has not come.
    private var pending: Problem?
    private var nextTick: Scheduled<Void>?
    private var bodyWindow = (began: NIODeadline.now(), bytes: 0)
    private var answerWindow = (began: NIODeadline.now(), bytes: 0)

    init(_ state: ConnectionState, _ traffic: Traffic, _ gatekeeper: Gatekeeper, isAdmitted: Bool) {
        self.state = state
        self.traffic = traffic
        self.gatekeeper = gatekeeper
        self.isAdmitted = isAdmitted
    }

    // The connection.

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if isAdmitted {
            scheduleTick(context)
        } else {
            traffic.refused(.connections)
            refuse(.tooManyConnections(limits.connections), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave(context) }

    private func leave(_ context: ChannelHandlerContext) {
        nextTick?.cancel()
        nextTick = nil
        held.removeAll()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Traffic.GiveWay:
            if current == nil { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            context.fireUserInboundEventTriggered(event)
        case let event as ChannelEvent where event == .inputClosed:
            context.fireUserInboundEventTriggered(event)
            if current?.isEndless == true { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // A client that went away is no news.
            breakOff(context)
            context.close(promise: nil)
            return
        }
        traffic.refused(.malformed)
        let problem = Problem(error, state, limits)
        if let current, !state.isInBody, !current.isLast {
            // The fault lies behind a whole request, which is answered first.
            pending = problem
        } else {
            refuse(problem, context)
        }
    }

    // What comes in.

    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { owesRead = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.isRefused else { return }
        let part = unwrapInboundIn(data)
        let isOfCurrent = state.isInBody && held.isEmpty
        switch part {
        case .head:
            state.isInBody = true
            state.headBegan = nil
        case .body: break
        case .end: state.isInBody = false
        }
        if current != nil, !isOfCurrent { held.append(part) } else { take(part, context) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            if let left = current?.bodyLeft { current?.bodyLeft = left - bytes.readableBytes }
            current?.mustContinue = false
            context.fireChannelRead(wrapInboundOut(part))
        case .end:
            current?.bodyLeft = 0
            context.fireChannelRead(wrapInboundOut(part))
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        traffic.mark(context.channel, idleSince: nil)
        bodyWindow = (.now(), state.bytesIn)
        answerWindow = (.now(), state.bytesOut)
        var request = Current(head: head, bodyLeft: head.bodyLength)
        // What follows an upgrade would be another protocol, and there is none here.
        request.isLast =
            isQuiescing || !head.isKeepAlive || head.headers.contains(name: "Upgrade")
        current = request
        do throws(Problem) {
            try head.check()
            if try head.expectsContinue() {
                try gatekeeper.check(HTTPRequest(head))
                current?.mustContinue = true
            }
        } catch {
            if error.type == .badRequest { traffic.refused(.malformed) }
            refuse(error, context)
            return
        }
        if current?.mustContinue == true {
            let answer = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    // What goes out.

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !state.isRefused, let request = current else {
            // What would have been the answer comes after ours.
            promise?.fail(BrokenRequest())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var answer):
            if answer.status.code < 200 { break }
            let isLast = isLast(request, answer)
            current?.isAnswerBegun = true
            current?.isLast = isLast
            answer.version = request.head.version.minor == 0 ? .http1_0 : .http1_1
            answer.headers.remove(name: "Connection")
            let endless = HTTPField.Name.endless.rawName
            current?.isEndless = answer.headers.contains(name: endless)
            answer.headers.remove(name: endless)
            if isLast {
                answer.headers.add(name: "Connection", value: "close")
            } else if request.head.version.minor == 0 {
                answer.headers.add(name: "Connection", value: "keep-alive")
            }
            context.write(wrapOutboundOut(.head(answer)), promise: promise)
            return
        case .body:
            if request.head.method == .HEAD {
                promise?.succeed()
                return
            }
        case .end:
            end(request, data, context, promise)
            return
        }
        context.write(data, promise: promise)
    }

    /// Whether the connection ends with an answer.
    private func isLast(_ request: Current, _ answer: HTTPResponseHead) -> Bool {
        if request.isLast || isQuiescing { return true }
        if answer.headers[canonicalForm: "Connection"].contains("close") { return true }
        // An answer whose end only the connection's end can show.
        if request.head.version.minor == 0, request.head.method != .HEAD,
            !answer.headers.contains(name: "Content-Length")
        {
            return true
        }
        guard state.isInBody, held.isEmpty else { return false }
        guard !request.mustContinue, let left = request.bodyLeft else { return true }
        return left > Self.mostDrainedBytes
    }

    private func end(
        _ request: Current,
        _ data: NIOAny,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        if request.head.method == .HEAD {
            // The encoder would write the end of a body.
            context.flush()
            written.succeed()
        } else {
            context.writeAndFlush(data, promise: written)
        }
        guard !request.isLast else {
            close(context, after: written)
            return
        }
        let now = NIODeadline.now()
        current = nil
        state.lastActive = now
        if state.headBegan != nil { state.headBegan = now }
        traffic.mark(context.channel, idleSince: now)
        // Handlers further in have still to hear that the answer has ended.
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.0.goOn(bound.value.1) }
    }

    /// Takes in what was held back while a request was answered.
    private func goOn(_ context: ChannelHandlerContext) {
        guard !state.isRefused, context.channel.isActive else { return }
        var hasRead = false
        while let next = held.first {
            if case .head = next, current != nil { break }
            held.removeFirst()
            take(next, context)
            hasRead = true
            guard !state.isRefused else { return }
        }
        if hasRead { context.fireChannelReadComplete() }
        if held.isEmpty, let problem = pending, current == nil {
            pending = nil
            refuse(problem, context)
            return
        }
        if held.isEmpty, owesRead {
            owesRead = false
            context.read()
        }
    }

    // Refusing.

    /// Answers here, whatever is being done further in, and closes.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        guard !state.isRefused else { return }
        let isAnswerBegun = current?.isAnswerBegun ?? false
        breakOff(context)
        if !isAnswerBegun {
            let path = current?.head.uri.prefix { $0 != "?" } ?? ""
            let manner = gatekeeper.routes.manner(of: String(path))
            var headers = HTTPHeaders([("Connection", "close")])
            for field in problem.fields(in: manner) {
                headers.add(name: field.name.rawName, value: field.value)
            }
            let body = problem.bytes(in: manner)
            headers.add(name: "Content-Length", value: String(body.count))
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .init(statusCode: problem.status.code),
                headers: headers
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if current?.head.method != .HEAD {
                let bytes = IOData.byteBuffer(ByteBuffer(bytes: body))
                context.write(wrapOutboundOut(.body(bytes)), promise: nil)
            }
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
            close(context, after: written)
        } else {
            context.close(promise: nil)
        }
    }

    /// Closes once the client has taken what was written: what is still to be sent when a channel closes is lost. Whoever
    /// takes nothing is not waited for.
    private func close(_ context: ChannelHandlerContext, after written: EventLoopPromise<Void>) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        // The answer of somebody further in is looked at while it is taken.
        let end =
            state.isRefused
            ? context.eventLoop.scheduleTask(in: limits.unreadTime) {
                bound.value.close(promise: nil)
            } : nil
        written.futureResult.whenComplete { _ in
            end?.cancel()
            bound.value.close(promise: nil)
        }
    }

    /// Nothing comes in or goes out any more but what this handler writes; who waits for the request hears of it.
    private func breakOff(_ context: ChannelHandlerContext) {
        guard !state.isRefused else { return }
        state.isRefused = true
        held.removeAll()
        context.fireErrorCaught(BrokenRequest())
    }

    // Time.

    private func scheduleTick(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        nextTick = context.eventLoop.scheduleTask(in: limits.tick) {
            let (entrance, context) = bound.value
            guard context.channel.isActive, !entrance.state.isRefused else { return }
            entrance.look(context, at: .now())
            entrance.scheduleTick(context)
        }
    }

    private func look(_ context: ChannelHandlerContext, at now: NIODeadline) {
        guard current != nil else {
            if let began = state.headBegan {
                if now - began > limits.headTime {
                    traffic.refused(.slowHeads)
                    refuse(.tooSlow("headers", limits.headTime), context)
                }
            } else if now - state.lastActive > limits.idleTime {
                context.close(promise: nil)
            }
            return
        }
        lookAtBody(context, now)
        lookAtAnswer(context, now)
    }

    private func lookAtBody(_ context: ChannelHandlerContext, _ now: NIODeadline) {
        // Where nobody here waits for more, the client is not to blame.
        guard state.isInBody, held.isEmpty, state.isReadWanted else {
            bodyWindow = (now, state.bytesIn)
            return
        }
        guard now - bodyWindow.began > limits.bodyTime else { return }
        guard state.bytesIn - bodyWindow.bytes >= limits.leastBodyBytes else {
            traffic.refused(.slowBodies)
            refuse(.tooSlow("body", limits.bodyTime), context)
            return
        }
        bodyWindow = (now, state.bytesIn)
    }

    private func lookAtAnswer(_ context: ChannelHandlerContext, _ now: NIODeadline) {
        let waiting = context.channel.unsentBytes
        let sent = state.bytesOut - waiting
        guard waiting > 0, sent <= answerWindow.bytes else {
            answerWindow = (now, sent)
            return
        }
        guard now - answerWindow.began > limits.unreadTime else { return }
        traffic.refused(.unreadAnswers)
        // Nobody reads, so there is nobody to wait for.
        breakOff(context)
        state.isRefused = true
        context.close(promise: nil)
    }
}

extension Channel {
    /// What was written and the client has not taken.
    fileprivate var unsentBytes: Int {
        do {
            return try syncOptions?.getOption(ChannelOptions.bufferedWritableBytes) ?? 0
        } catch {
            // Only a closed channel has no such number.
            return 0
        }
    }
}
