import ArgumentParser
import HTTP
import NIOCore
import Segments

/// What the clients of the HTTP server may take of it, as the command line says it.
struct HTTPLimitOptions: ParsableArguments {
    @Option(help: "Connections at once; a quarter of the files that the process may open at most.")
    var httpConnections = HTTPLimits().connections

    @Option(help: "Clients that read topics at once.")
    var httpReaders = HTTPLimits().readers

    @Option(help: "All request bodies at once, with what reading them takes, in MiB.")
    var httpBodies = HTTPLimits().bytesInFlight >> 20

    @Option(help: "Seconds for the headers of a request.")
    var httpHeadSeconds = HTTPLimits().headTime.nanoseconds / 1_000_000_000

    @Option(help: "Seconds in which something of a body must come.")
    var httpBodySeconds = HTTPLimits().bodyTime.nanoseconds / 1_000_000_000

    @Option(help: "Seconds that a connection without a request stays open.")
    var httpIdleSeconds = HTTPLimits().idleTime.nanoseconds / 1_000_000_000

    @Option(help: "Seconds in which a client must take something of an answer.")
    var httpUnreadSeconds = HTTPLimits().unreadTime.nanoseconds / 1_000_000_000

    func validate() throws {
        let counts = [httpConnections, httpReaders, httpBodies]
        let seconds = [httpHeadSeconds, httpBodySeconds, httpIdleSeconds, httpUnreadSeconds]
        guard counts.allSatisfy({ (1 ... 1_000_000).contains($0) }),
            seconds.allSatisfy({ (1 ... 86_400).contains($0) })
        else {
            throw ValidationError(
                "The limits of HTTP are at least 1, and seconds no more than a day."
            )
        }
    }

    var limits: HTTPLimits {
        var limits = HTTPLimits()
        // The rest is for the broker's connections, the log's files and the state's, without which nothing is folded.
        limits.connections = min(httpConnections, max(SystemDisk.raiseOpenFiles() / 4, 8))
        limits.readers = httpReaders
        limits.bytesInFlight = httpBodies << 20
        limits.headTime = .seconds(httpHeadSeconds)
        limits.bodyTime = .seconds(httpBodySeconds)
        limits.idleTime = .seconds(httpIdleSeconds)
        limits.unreadTime = .seconds(httpUnreadSeconds)
        return limits
    }
}
