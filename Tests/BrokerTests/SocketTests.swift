import Glibc
import Testing

@testable import Broker

@Suite struct `A socket of the broker` {
    @Test
    func
        `sends what is small at once, asks for nothing that takes privileges, and is nobody else's`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            #expect(try client.ask(ApiVersionsRequest(), version: 3).error == 0)
            let sockets = Self.sockets(at: scene.broker.port)
            // The listener and the connection that it gave.
            #expect(sockets.count == 2)
            for socket in sockets {
                #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0)
                // SO_DEBUG, which TCP_NODELAY is if it is asked for at the wrong level, is for root only.
                #expect(Self.option(SO_DEBUG, of: socket, at: SOL_SOCKET) == 0)
            }
            let accepted = sockets.filter {
                Self.option(SO_ACCEPTCONN, of: $0, at: SOL_SOCKET) == 0
            }
            #expect(
                accepted.map { Self.option(TCP_NODELAY, of: $0, at: Int32(IPPROTO_TCP)) } == [1]
            )
        }
    }

    /// Of this process, those bound to a port.
    private static func sockets(at port: Int) -> [Int32] {
        (0 ..< 1_024).filter { socket in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(socket, $0, &length)
                }
            }
            return code == 0 && address.sin_family == sa_family_t(AF_INET)
                && Int(in_port_t(bigEndian: address.sin_port)) == port
        }
    }

    private static func option(_ name: Int32, of socket: Int32, at level: Int32) -> Int32 {
        var (value, length) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
        getsockopt(socket, level, name, &value, &length)
        return value
    }
}
