internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Sockets

/// The connections of the HTTP server: Hummingbird's, with an entrance in front.
struct HTTPConnections: ServerChildChannel {
    private let http1: HTTP1Channel
    private let traffic: Traffic
    private let gatekeeper: Gatekeeper

    init(
        _ traffic: Traffic,
        _ gatekeeper: Gatekeeper,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.traffic = traffic
        self.gatekeeper = gatekeeper
        http1 = HTTP1Channel(
            responder: responder,
            configuration: .init(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: traffic.limits.lineBytes,
                    maxHeaderListSize: traffic.limits.headBytes,
                    maxHeaderFieldCount: 100
                )
            )
        )
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http1.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let now = NIODeadline.now()
            let admission = traffic.admit(channel, now: now)
            switch admission {
            case .admitted, .refused:
                channel.closeFuture.whenComplete { _ in
                    traffic.left(channel, wasTurnedAway: admission == .refused)
                }
            case .dropped:
                traffic.refused(.connections)
                throw ChannelError.connectTimeout(.zero)
            }
            let state = ConnectionState(now: now)
            try CloseOnExec.mark(channel)
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(Threshold(state), position: .first)
            try pipeline.addHandler(
                Entrance(state, traffic, gatekeeper, isAdmitted: admission == .admitted),
                position: .after(decoder)
            )
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http1.handle(value: value, logger: logger)
    }
}
