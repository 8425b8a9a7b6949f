public import Hummingbird
public import Logging
public import NIOCore

extension PlatformAPI {
    /// The server of these routes, on loopback.
    /// `running`: Called once the port is open.
    public func server(
        host: String,
        port: Int,
        group: any EventLoopGroup,
        logger: Logger,
        running: @escaping @Sendable (any Channel) async -> Void
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(additionalChannelHandlers: [CloseOnExec()]),
            configuration: .init(address: .hostname(host, port: port), serverName: "tributary"),
            onServerRunning: { channel in
                do {
                    try await channel.eventLoop.submit { try CloseOnExec.mark(channel) }.get()
                } catch {
                    logger.error("The listening socket is not closed on exec: \(error)")
                }
                await running(channel)
            },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
    }

    /// Whether an address is this machine's own. Others are refused until there is access control.
    public static func isLoopback(_ host: String) -> Bool {
        Gatekeeper.isLoopback(host.contains(":") ? "[\(host)]" : host)
    }
}
