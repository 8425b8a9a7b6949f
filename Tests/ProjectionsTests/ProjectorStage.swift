import Bytes
import Logs
import Projections
import Store
import Synchronization
import Testing

/// A projector at work, and what it told.
final class ProjectorStage: Sendable {
    let log: any Log
    let store: any Store
    let told = Told()
    let projector: Projector

    init(
        _ log: any Log,
        _ store: any Store,
        batchLimit: Int = 8_192,
        mayDrop: @escaping @Sendable (Partition) throws(LogError) -> Bool = { _ in true }
    )
        throws
    {
        self.log = log
        self.store = store
        let told = told
        projector = try Projector(
            "totals",
            log: log,
            store: store,
            batchLimit: batchLimit,
            surroundings: Projector.Surroundings(
                folded: { _, _, _ in },
                report: { told.add($0) },
                mayDrop: { _, partition, _ throws(LogError) in try mayDrop(partition) }
            )
        )
    }

    /// Waits until something holds, for a minute at most.
    func eventually(_ what: String, _ holds: () throws -> Bool) async throws {
        for _ in 0 ..< 6_000 {
            if try holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("\(what): not within a minute. \(projector.seats) \(projector.waits)")
    }

    func stopped(in partition: Int32 = 0) -> String? {
        projector.seats.first { $0.partition.index == partition }?.stopped
    }

    /// Waits until the seat has come this far.
    func reach(_ next: Offset, in partition: Int32 = 0) async throws {
        for _ in 0 ..< 12_000 {
            let seat = projector.seats.first { $0.partition.index == partition }
            if let seat, seat.progress.next >= next { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("\(next) was not reached in a minute: \(projector.seats)")
    }

    func count(_ key: String, in partition: Int32 = 0) throws -> Int64? {
        try TableReader(store, family: Totals.family, shelf: Totals().shelf(of: partition))
            .get(Totals.counts, key)
    }
}

/// What a projector said that somebody should know.
final class Told: Sendable {
    private let list = Mutex<[ProjectorReport]>([])
    var reports: [ProjectorReport] { list.withLock { $0 } }
    func add(_ report: ProjectorReport) { list.withLock { $0.append(report) } }
}

extension ProjectorReport {
    var word: String {
        switch self {
        case .logChanged: "logChanged"
        case .recordsLost: "recordsLost"
        case .rebuilding: "rebuilding"
        case .rowsBroken: "rowsBroken"
        case .topicMissing: "topicMissing"
        case .toldTooLate: "toldTooLate"
        case .waiting: "waiting"
        case .stopped(let projection, _, let why): "stopped \(projection): \(why)"
        case .storeFailed: "storeFailed"
        }
    }
}
