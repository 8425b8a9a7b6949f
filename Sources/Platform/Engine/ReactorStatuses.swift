internal import Bytes
internal import Logs
internal import Projections
public import Store

/// How those are who answer inputs by themselves.
extension Engine {
    static let reactorStopped = "reactorStopped"
    /// So many inputs that wait are counted.
    public static let mostCounted = 1_000
    /// So many inputs of a partition are answered together.
    public static let batchLimit = 512

    /// Blocks.
    public func reactorStatuses() throws(StoreError) -> [ReactorStatus] {
        let statuses = reactors.statuses
        var found: [ReactorStatus] = []
        for (key, reactor) in reactors.all {
            guard var status = statuses[key] else { continue }
            status.waiting = try reactor.waiting(in: store, limit: Self.mostCounted)
            found.append(status)
        }
        return found
    }

    /// Who does not go on, and why, by the topics that are read for it; nil: of all topics.
    func stoppedReactors(of topics: Set<String>? = nil) -> [String] {
        reactors.statuses.values
            .filter { topics?.contains($0.topic) ?? true }
            .flatMap { status in status.stopped.map { "\(status.name): \($0)" } }
            .sorted()
    }

    /// Whether what never waits was answered, as far as it was folded.
    func areAnswered(_ topics: Set<String>?) throws(StoreError) -> Bool {
        for (_, reactor) in reactors.all
        where reactor.isPrompt && topics?.contains(reactor.inputTopic) ?? true {
            guard try reactor.waiting(in: store, limit: 1) == 0 else { return false }
        }
        return true
    }

    /// Whether a reactor that never lets an input wait has something to answer yet of a projection's partition.
    func awaitsAnswers(_ queue: any Projection, on input: Partition) throws(LogError) -> Bool {
        let reactor = reactors.all.map(\.reactor)
            .first { $0.isPrompt && $0.generation == queue.generation }
        do throws(StoreError) {
            return try reactor?.waiting(on: input.index, in: store, limit: 1) ?? 0 > 0
        } catch {
            throw .refused("looking what of \(input) is not answered: \(error)")
        }
    }

    /// Ends the alerts about those who did not go on, and do, or are no more. Blocks.
    func resolveStoppedReactors() throws {
        let open = try openAlerts(of: [Self.reactorStopped])
        guard !open.isEmpty else { return }
        let statuses = reactors.statuses
        let all = Dictionary(grouping: reactors.all) { $0.reactor.name }
        for alert in open {
            // There may be two of a name: of what is served, and of what is being built.
            let isWell = try (all[alert.subject] ?? []).allSatisfy { key, reactor in
                guard let status = statuses[key], status.stopped.isEmpty else { return false }
                return try status.hasGoneOn || reactor.waiting(in: store, limit: 1) == 0
            }
            if isWell { resolve(alert, "They go on, or are no more: \(alert.subject).") }
        }
    }
}

extension Reactor {
    fileprivate var inputTopic: String { queue.topic }
    fileprivate var generation: Digest { queue.generation }

    /// How many inputs wait, over all partitions.
    fileprivate func waiting(in reader: any StoreReader, limit: Int) throws(StoreError) -> Int {
        var count = 0
        for index in 0 ..< partitions where count < limit {
            count += try waiting(on: index, in: reader, limit: limit - count)
        }
        return count
    }

    fileprivate func waiting(
        on partition: Int32,
        in reader: any StoreReader,
        limit: Int
    ) throws(StoreError) -> Int {
        try queue.count(of: partition, limit: limit, in: reader)
    }
}
