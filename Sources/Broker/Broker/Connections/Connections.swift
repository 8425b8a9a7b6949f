internal import NIOCore
internal import Synchronization

/// The connections that are open, so that they can be counted, made to give way, and told to end.
final class Connections: Sendable {
    private let settings: Broker.Settings
    private let remarks: Remarks
    private let log: @Sendable (String) -> Void
    private let watches: [ObjectIdentifier: NIOLoopBoundBox<Watch>]
    private let looking = Mutex<[RepeatedTask]>([])
    private let open = Mutex(Open())

    /// Those of strangers, of the server's own clients, and of whom it is not known yet, by their channel.
    private struct Open {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var onProbation: Set<ObjectIdentifier> = []
        var own: Set<ObjectIdentifier> = []

        mutating func remove(_ id: ObjectIdentifier) {
            channels[id] = nil
            onProbation.remove(id)
            own.remove(id)
        }
    }

    /// Whether somebody may come in.
    enum Admission {
        case refused
        case admitted
        /// Only if it is a client of the server's own, which its first request tells.
        case onProbation
    }

    init(
        settings: Broker.Settings,
        budget: Budget,
        remarks: Remarks,
        group: any EventLoopGroup,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.remarks = remarks
        self.log = log
        watches = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { loop in
                let watch = NIOLoopBoundBox.makeBoxSendingValue(
                    Watch(settings: settings, budget: budget, remarks: remarks),
                    eventLoop: loop
                )
                return (ObjectIdentifier(loop), watch)
            }
        )
        for loop in group.makeIterator() {
            guard let watch = watches[ObjectIdentifier(loop)] else { continue }
            let pause = TimeAmount.milliseconds(settings.lookMilliseconds)
            let task = loop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
                watch.value.look()
                remarks.tell()
            }
            looking.withLock { $0.append(task) }
        }
    }

    /// Of strangers.
    var count: Int { open.withLock { $0.channels.count - $0.own.count } }

    var ownCount: Int { open.withLock { $0.own.count } }

    /// The server's own clients have places of their own.
    func becameOwn(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        open.withLock { open in
            open.onProbation.remove(id)
            if open.channels[id] != nil { open.own.insert(id) }
        }
    }

    /// On the channel's loop. Takes a connection in, if need be in the place of one that is silent.
    func admit(_ channel: any Channel) throws -> Admission {
        let most = settings.maxDescriptors ?? Descriptors.most
        let reserve = min(settings.descriptorReserve, most / 2)
        let number = try Descriptors.number(of: channel)
        let isCrowded = count >= settings.maxConnections || number >= most - reserve
        var admission = Admission.admitted
        if isCrowded, !(watches[ObjectIdentifier(channel.eventLoop)]?.value.giveWay() ?? false) {
            admission = .onProbation
        }
        let id = ObjectIdentifier(channel)
        let isAdmitted = open.withLock { open in
            if admission == .onProbation {
                guard open.onProbation.count + open.own.count < settings.ownConnections else {
                    return false
                }
                open.onProbation.insert(id)
            }
            open.channels[id] = channel
            return true
        }
        guard isAdmitted, number < most - reserve / 2 else {
            open.withLock { $0.remove(id) }
            remarks.note(
                .tooMany,
                "Refused a connection: \(count) are open, and all are in use."
            )
            return .refused
        }
        channel.closeFuture.whenComplete { _ in self.open.withLock { $0.remove(id) } }
        return admission
    }

    /// On the connection's loop, as long as it is open.
    func watch(_ connection: Connection, on channel: any Channel) {
        guard let watch = watches[ObjectIdentifier(channel.eventLoop)] else { return }
        watch.value.add(connection)
        channel.closeFuture.assumeIsolated().whenComplete { _ in watch.value.remove(connection) }
    }

    /// Closes the listener, lets every connection answer what is under way, and closes those that take too long.
    func stop(within limit: TimeAmount, listener: any Channel) async {
        listener.close(promise: nil)
        await end(of: [listener])
        let channels = open.withLock { Array($0.channels.values) }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(Connection.Stop())
        }
        let timer = listener.eventLoop.scheduleTask(in: limit) {
            for channel in channels { channel.close(promise: nil) }
        }
        await end(of: channels)
        timer.cancel()
        stopLooking()
        remarks.tellRest()
    }

    func stopLooking() {
        for task in looking.withLock({ $0 }) { task.cancel() }
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
