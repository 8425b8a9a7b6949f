public import NIOCore

#if canImport(Glibc)
internal import Glibc
#endif

/// Keeps a channel's socket from programs that this one starts: after an abort the system's backtracer runs on as a child,
/// and would hold the port. NIO opens its sockets without the mark.
public enum CloseOnExec {
    /// On the channel's event loop.
    public static func mark(_ channel: any Channel) throws {
        _ = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) {
            socket in
            let flags = fcntl(socket, F_GETFD)
            guard flags >= 0, fcntl(socket, F_SETFD, flags | FD_CLOEXEC) == 0 else {
                throw IOError(errnoCode: errno, reason: "fcntl")
            }
        }
    }
}
