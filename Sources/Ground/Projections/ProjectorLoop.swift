internal import Bytes
internal import Logs
internal import Store
internal import Synchronization

/// What a projector's thread does. Everything in here belongs to that thread, which waits for nothing but records: what
/// has to be waited for is set aside, and the loop goes on with everybody else.
struct ProjectorLoop {
    let projector: Projector
    var lanes: [Partition: Lane] = [:]
    /// Lanes on which somebody waits for something else than records.
    var busy: Set<Partition> = []
    /// Who has no seat, and is to get one when it is due.
    var waiting: [Waiting] = []
    /// Who gets a seat when the scout has found where it begins.
    var settling: [Int: Waiting] = [:]
    /// How many partitions the scout has still to look at.
    var checks = 0
    /// Offsets beyond which nothing is folded yet.
    var barriers: [Barrier] = []
    /// Of everybody who has had a seat.
    var families: Set<Family> = []
    /// Who waits with a reason, and whether that is to be seen already.
    var waits: [Place: WaitStatus] = [:]
    var hasNewWaits = false
    private var numbers = 0
    var lastFlush = ContinuousClock.now
    var lastSweep = ContinuousClock.now
    /// Seats of which dead rows are to be removed, a stretch at a time.
    var sweeps: [Sweep] = []

    /// A projection on a partition.
    struct Place: Hashable {
        var generation: Digest
        var partition: Partition
    }

    /// A projection that has no seat on its partition yet.
    struct Waiting {
        var projection: any Projection
        var partition: Partition
        /// What somebody was told of that.
        var said: String?
        var since = ContinuousClock.now
        var retry = Retry()
        /// Why its rows are dropped before it begins; nil: they are not.
        var anew: ProjectorReport?
        var isStanding = false
    }

    init(_ projector: Projector) { self.projector = projector }

    mutating func run() {
        while true {
            let (commands, isStopping) = projector.shared.withLock { shared in
                defer { shared.commands = [] }
                return (shared.commands, shared.isStopping)
            }
            if isStopping { break }
            for command in commands { obey(command) }
            for finding in projector.scout.takeFindings() { hear(finding) }
            retryWaiting()
            for partition in busy { work(on: partition) }
            publishWaits()
            foldNext()
            flushIfDue()
            sweepOn()
        }
        flush()
        projector.scout.close()
        projector.reader.close()
    }

    mutating func nextNumber() -> Int {
        numbers += 1
        return numbers
    }

    private mutating func obey(_ command: Projector.Command) {
        switch command {
        case .add(let projection, let partition):
            settle(Waiting(projection: projection, partition: partition))
        case .remove(let projection): unseat(projection)
        case .rebuild(let generation, let partition):
            for seat in lanes[partition]?.seats ?? [] where seat.projection.generation == generation
            {
                let name = seat.projection.name
                foldAnew(seat, because: .rebuilding(projection: name, partition: partition))
            }
        case .takeUp(let partition): takeUp(partition)
        case .tidy(let tidying): tidy(tidying)
        case .raise(let barrier): raise(barrier)
        case .lower(let barrier): lower(barrier)
        case .checkLog:
            guard checks == 0 else { break }
            for (partition, lane) in lanes {
                // Most have come equally far, and one look at the log is enough for all of them.
                for progress in Set(lane.seats.filter { !$0.isStoppedForGood }.map(\.progress)) {
                    checks += 1
                    projector.scout.ask(.isSame(partition, progress))
                }
            }
        }
    }

    private mutating func hear(_ finding: Scout.Finding) {
        switch finding {
        case .beginning(let number, let result, let isDropped):
            guard var place = settling.removeValue(forKey: number) else { return }
            if isDropped { place.anew = nil }
            seat(place, result)
        case .isSame(let partition, let result):
            checks -= 1
            switch result {
            case .success(true): break
            case .success(false): reseat(partition)
            case .failure(.unknownTopic), .failure(.unknownPartition): lose(partition)
            case .failure(.unreachable), .failure(.offsetOutOfRange), .failure(.corrupt),
                .failure(.topicExists), .failure(.refused):
                // No answer now; the next check asks again, and reading says what is the matter.
                break
            }
        }
    }

    /// Shows where those on a partition stand by now.
    func publish(_ partition: Partition) {
        let statuses = lanes[partition].map { lane in
            // Rows that are about to be dropped are nobody's.
            lane.seats.filter { $0.whyAnew == nil }.map { $0.status(lane.unreadable?.why) }
        }
        projector.shared.withLock { $0.seats[partition] = statuses }
    }

    /// Shows who waits by now, and why.
    private mutating func publishWaits() {
        guard hasNewWaits else { return }
        hasNewWaits = false
        let waits = waits.values.sorted {
            ($0.partition, $0.projection) < ($1.partition, $1.projection)
        }
        projector.shared.withLock { $0.waits = waits }
    }

    /// Notes why somebody waits; nil: no longer.
    mutating func note(_ why: String?, _ place: Waiting) {
        let key = Place(generation: place.projection.generation, partition: place.partition)
        guard why != nil || waits[key] != nil else { return }
        waits[key] = why.map {
            WaitStatus(
                projection: place.projection.name,
                generation: place.projection.generation,
                partition: place.partition,
                why: $0,
                isStanding: place.isStanding
            )
        }
        hasNewWaits = true
    }

    /// When somebody has to be looked after at the latest.
    func nextLook(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        guard sweeps.isEmpty else { return now }
        var due = now + .seconds(1)
        for place in waiting {
            due = min(due, place.retry.due ?? now)
        }
        for partition in busy {
            guard let lane = lanes[partition] else { continue }
            if !lane.isRead, let retry = lane.retry.due, retry > now { due = min(due, retry) }
            for seat in lane.seats {
                if let retry = seat.retry.due, retry > now { due = min(due, retry) }
            }
        }
        return max(due, now)
    }
}
