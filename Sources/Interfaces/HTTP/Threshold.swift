internal import NIOCore

/// The outermost end of a connection: counts bytes, and closes so that the last answer arrives.
///
/// Closing a socket while the client still sends resets the connection, and what the client has not read yet is lost. So
/// where more may come, only our side is closed at first, and what comes is dropped for a moment (RFC 9112, 9.6).
final class Threshold: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// How long a client may go on sending into nothing.
    private static let lingerTime = TimeAmount.seconds(1)

    private let state: ConnectionState
    private var isLingering = false

    init(_ state: ConnectionState) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        state.isReadWanted = false
        guard !isLingering, !state.isRefused else { return }
        state.note(unwrapInboundIn(data).readableBytesView, now: .now())
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Nobody further in asks for more.
        if isLingering { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        state.isReadWanted = true
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        state.bytesOut += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, context.channel.isActive else {
            context.close(mode: mode, promise: promise)
            return
        }
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        guard !isLingering else { return }
        guard state.isRefused || state.isInBody else {
            context.close(mode: .all, promise: nil)
            return
        }
        isLingering = true
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.value.close(mode: .output, promise: nil)
        context.value.eventLoop.scheduleTask(in: Self.lingerTime) {
            context.value.close(mode: .all, promise: nil)
        }
        context.value.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isLingering, let event = event as? ChannelEvent, event == .inputClosed {
            context.close(mode: .all, promise: nil)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }
}
