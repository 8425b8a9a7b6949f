internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#endif

/// How many files and sockets this process may have open.
enum Descriptors {
    /// The limit that the system has set.
    static var most: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1_024
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many are open; it is counted in the system's own list, which takes a while.
    static var open: Int {
        guard let list = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(list) }
        var count = 0
        while readdir(list) != nil { count += 1 }
        // The folder, its parent, and the list itself.
        return max(0, count - 3)
    }

    /// The number of a channel's socket. The system gives the lowest that is free, so it says how many are in use.
    static func number(of channel: any Channel) throws -> Int {
        let number = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: CInt.self
        ) { Int($0) }
        return number ?? 0
    }
}

extension Broker {
    /// Lets this process open as many files and sockets as the system allows it to ask for, up to 65,536. What a shell
    /// or a service manager gives by itself is often 1,024.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, 65_536)
        guard wanted > limit.rlim_cur else { return }
        limit.rlim_cur = wanted
        // Where it is not given there are fewer connections, which is what the limit is for.
        _ = setrlimit(resource, &limit)
    }
}
