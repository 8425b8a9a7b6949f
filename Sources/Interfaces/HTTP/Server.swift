public import Hummingbird
internal import HummingbirdCore
public import Logging
public import NIOCore
internal import Sockets

extension Site {
    /// The server of these doors, on loopback.
    /// `notice`: Gets a line about what was refused, once a minute at most.
    /// `running`: Called once the port is open.
    public func server(
        host: String,
        port: Int,
        group: any EventLoopGroup,
        logger: Logger,
        notice: @escaping @Sendable (String) -> Void = { _ in },
        running: @escaping @Sendable (any Channel) async -> Void
    ) -> some ApplicationProtocol {
        traffic.report(on: group.any(), to: notice)
        let gatekeeper = gatekeeper
        return Application(
            responder: self,
            server: HTTPServerBuilder { [traffic] responder in
                HTTPConnections(traffic, gatekeeper, responder: responder)
            },
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

}

/// Which addresses are served.
public enum Loopback {
    /// Whether an address is this machine's own. Others are refused until there is access control.
    public static func contains(_ host: String) -> Bool {
        Gatekeeper.isLoopback(host.contains(":") ? "[\(host)]" : host)
    }
}
