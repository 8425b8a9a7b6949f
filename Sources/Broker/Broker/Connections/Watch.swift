internal import NIOCore

/// The connections of one event loop, and the time limits on what their clients leave unfinished. It belongs to that
/// loop.
final class Watch {
    private let settings: Broker.Settings
    private let budget: Budget
    private let remarks: Remarks
    private var connections: [ObjectIdentifier: Connection] = [:]

    init(settings: Broker.Settings, budget: Budget, remarks: Remarks) {
        self.settings = settings
        self.budget = budget
        self.remarks = remarks
    }

    func add(_ connection: Connection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }

    /// Ends what has waited for its client for too long, and makes room where there is too little.
    func look(now: NIODeadline = .now()) {
        let (limit, idle) = (
            TimeAmount.seconds(Int64(settings.requestSeconds)),
            TimeAmount.seconds(Int64(settings.idleSeconds))
        )
        for connection in connections.values {
            if let request = connection.unfinishedRequest(limit), request.until <= now {
                let seconds = (now - request.since).nanoseconds / 1_000_000_000
                connection.close(
                    .unfinished,
                    because: "its request was not finished after \(seconds) s"
                )
            } else if connection.isIdle, connection.lastHeard + idle <= now {
                connection.giveWay()
            }
        }
        budget.makeRoom {
            let shortage = budget.takeShortage(isOwn: false)
            guard shortage > 0 else { return }
            makeRoom(for: shortage, now)
            endStandstill(now)
        }
    }

    /// Hangs up on those who hold memory that others wait for and do not go on; who stands still for longest goes first.
    private func makeRoom(for bytes: Int, _ now: NIODeadline) {
        let patience = TimeAmount.milliseconds(settings.patienceMilliseconds)
        var standing = connections.values.compactMap { connection in
            connection.isOwn ? nil : connection.standstill.map { (connection, $0) }
        }
        standing.removeAll { $0.1.since + patience > now }
        standing.sort { $0.1.since < $1.1.since }
        var freed = 0
        for (connection, standstill) in standing where freed < bytes {
            freed += standstill.bytes
            connection.close(
                .standingStill,
                because:
                    "others wait for the \(standstill.bytes) bytes that it holds, and it does not go on"
            )
        }
    }

    /// Where those who wait for room wait for each other, one of them gives way. It may be another watch's.
    private func endStandstill(_ now: NIODeadline) {
        guard let charge = budget.standstill(isOwn: false),
            let connection = connections.values.first(where: { $0.waits(with: charge) }),
            let since = connection.waitsSince,
            since + .milliseconds(settings.patienceMilliseconds) <= now
        else { return }
        connection.close(
            .standingStill,
            because:
                "it waits for room and holds \(charge.bytes) bytes, and so do others who wait for each other"
        )
    }

    /// Closes the stranger's connection that was silent for longest, to admit another: an idle one, or else one that only
    /// waits, but none whose records are on their way to the disk. False if there is none.
    func giveWay() -> Bool {
        let strangers = connections.values.filter { !$0.isOwn && !$0.isOver && !$0.isProducing }
        let idle = strangers.filter(\.isIdle)
        let oldest = (idle.isEmpty ? strangers : idle).min { $0.lastHeard < $1.lastHeard }
        guard let oldest else { return false }
        remove(oldest)
        oldest.giveWay()
        return true
    }
}
