internal import Logs
internal import Synchronization

/// What a projector's thread does. Everything in here belongs to that thread.
struct ProjectorLoop {
    let projector: Projector
    var seats: [Partition: [Seat]] = [:]
    /// Partitions whose topic is not there (yet), or whose beginning could not be settled.
    var waiting: [Waiting] = []
    /// Reads single records again: is it still the same log?
    let probe: any LogReader
    /// Offsets beyond which nothing is folded yet.
    var barriers: [Barrier] = []
    /// Partitions that are not read because a barrier was reached.
    var barred: Set<Partition> = []
    var lastFlush = ContinuousClock.now
    var lastRetry = ContinuousClock.now
    var lastSweep = ContinuousClock.now

    /// A projection that has no seat on its partition yet.
    struct Waiting {
        var projection: any Projection
        var partition: Partition
        var why: String
    }

    init(_ projector: Projector, probe: any LogReader) {
        self.projector = projector
        self.probe = probe
    }

    mutating func run() {
        while true {
            let (commands, isStopping) = projector.shared.withLock { shared in
                defer { shared.commands = [] }
                return (shared.commands, shared.isStopping)
            }
            if isStopping { break }
            for command in commands { obey(command) }
            retryWaiting()
            foldNext()
            flushIfDue()
        }
        flush()
        projector.reader.close()
        probe.close()
    }

    private mutating func obey(_ command: Projector.Command) {
        switch command {
        case .add(let projection, let partition): seat(projection, on: partition)
        case .remove(let projection): unseat(projection)
        case .rebuild(let generation, let partition):
            for seat in seats[partition] ?? [] where seat.projection.generation == generation {
                rebuild(seat.projection, on: partition)
            }
        case .takeUp(let partition): takeUp(partition)
        case .raise(let barrier): raise(barrier)
        case .lower(let barrier): lower(barrier)
        case .checkLog:
            for (partition, sitting) in seats {
                // Most have come equally far, and one look at the log is enough for all of them.
                var seen: Set<Progress> = []
                for seat in sitting where seat.stopped == nil {
                    if seen.insert(seat.progress).inserted { recheck(seat, partition) }
                }
            }
        }
        publish()
    }

    func publish() {
        let statuses = seats.values.joined().map(\.status)
            .sorted { ($0.partition, $0.projection) < ($1.partition, $1.projection) }
        projector.shared.withLock { $0.seats = statuses }
    }
}
