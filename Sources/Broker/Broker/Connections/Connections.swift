internal import NIOCore
internal import Synchronization

/// The connections that are open, so that they can be counted and told to end.
final class Connections: Sendable {
    private let most: Int
    private let log: @Sendable (String) -> Void
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(most: Int, log: @escaping @Sendable (String) -> Void) {
        self.most = most
        self.log = log
    }

    /// Takes a connection in; false where there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdmitted = open.withLock { open in
            guard open.count < most else { return false }
            open[id] = channel
            return true
        }
        guard isAdmitted else {
            log("Refused a connection: \(most) are open.")
            return false
        }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { open in _ = open.removeValue(forKey: id) }
        }
        return true
    }

    /// Closes the listener, lets every connection answer what is under way, and closes those that take too long.
    func stop(within limit: TimeAmount, listener: any Channel) async {
        listener.close(promise: nil)
        await end(of: [listener])
        let channels = open.withLock { Array($0.values) }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(Connection.Stop())
        }
        let timer = listener.eventLoop.scheduleTask(in: limit) {
            for channel in channels { channel.close(promise: nil) }
        }
        await end(of: channels)
        timer.cancel()
    }

    private func end(of channels: [any Channel]) async {
        for channel in channels {
            do {
                try await channel.closeFuture.get()
            } catch {
                log("A connection did not end in order: \(error).")
            }
        }
    }
}
