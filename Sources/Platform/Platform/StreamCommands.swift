internal import Bytes
internal import Events
internal import Logs
internal import Projections
public import Records
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

extension Platform {
    /// What `apply` did with one stream.
    public enum Applied: String, Sendable {
        case created, changed, unchanged
    }

    /// Declares streams: all of them, or none where one is refused.
    /// `isDryRun`: Only says what would be done.
    public func apply(
        _ definitions: [StreamDefinition],
        for caller: Caller,
        isDryRun: Bool = false
    ) async throws -> [(name: String, applied: Applied, effect: Effect)] {
        let partitions = try await topicPartitions()
        let catalog = StreamCatalog.View(store)
        var applied: [Applied] = []
        for definition in definitions {
            let entry = try catalog.stream(definition.name)
            let fact = try refusable { () throws(StreamRefusal) in
                try DeclareStream(definition).decide(
                    given: entry,
                    existingPartitions: partitions[definition.topic]
                )
            }
            applied.append(fact == nil ? .unchanged : entry == nil ? .created : .changed)
        }
        var effects: [Effect] = []
        if isDryRun {
            effects = definitions.map { _ in .unchanged }
        } else {
            for (index, definition) in definitions.enumerated() {
                effects.append(
                    try await execute(
                        caller.part(index),
                        on: definition.name,
                        of: StreamCatalog()
                    ) { reader, _ in
                        let entry = try StreamCatalog.View(reader).stream(definition.name)
                        return try refusable { () throws(StreamRefusal) in
                            try DeclareStream(definition).decide(
                                given: entry,
                                existingPartitions: partitions[definition.topic]
                            )
                        }
                    }
                )
            }
            await fitSeats()
        }
        for (index, effect) in effects.enumerated() {
            // The same request came before: the answer is the one that was given then.
            guard case .repeated(let position, _) = effect else { continue }
            let name = definitions[index].name
            let before =
                position.offset > 0
                ? try StreamCatalog.View(store, asOf: position.offset - 1).stream(name) : nil
            applied[index] = before == nil ? .created : .changed
        }
        return zip(zip(definitions, applied), effects).map { ($0.0.name, $0.1, $1) }
    }

    public func deleteStream(_ name: String, for caller: Caller) async throws -> Effect {
        let effect = try await execute(caller, on: name, of: StreamCatalog()) { reader, _ in
            let entry = try StreamCatalog.View(reader).stream(name)
            let users = try Platform.users(ofStream: name, in: reader)
            return try refusable { () throws(StreamRefusal) in
                try DeleteStream(name).decide(given: entry, users: users)
            }
        }
        await fitSeats()
        return effect
    }

    /// Makes topics and seats fit what was decided just now. That is in the log: what fails here is tried again by the
    /// housekeeping, and is no answer to whoever asked for the fact.
    func fitSeats() async {
        do {
            try await pool.run { [self] in try reconcile() }
        } catch {
            notice("making seats fit what was decided, which is tried again: \(error)")
            housekeeping.withLock { $0.isChanged = true }
            tick.signal()
        }
    }

    /// Makes topics and seats fit the declared streams. Blocks.
    func reconcile() throws { try reconciling.withLock { _ in try reconcileAll() } }

    private func reconcileAll() throws {
        var failure: (any Error)?
        /// One that fails holds up none of the others, and all is tried again.
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { failure = failure ?? error }
        }
        let entries = try StreamCatalog.View(store).streams()
        attempt { try fitTopics(of: entries, creatingAll: true) }
        let declared = entries.flatMap(\.definitions)
        let wanted = Set(declared.map(\.generation))
        let seated = housekeeping.withLock { state in
            state.isBuilding = entries.contains { $0.next != nil }
            return state.seated.compactMap { $0.projection as? Intake }
        }
        var known = Set<Digest>()
        for intake in seated where known.insert(intake.generation).inserted {
            if !wanted.contains(intake.generation) { unseat(intake) }
        }
        for definition in declared {
            seat(Intake(definition), partitions: definition.partitions)
        }
        attempt { try reconcileViews() }
        attempt { try reconcileEndpoints() }
        if let failure { throw failure }
    }

    /// Serves changed definitions whose rows have reached the end of the log. Blocks.
    func switchBuilt() throws {
        try switchBuiltViews()
        for entry in try StreamCatalog.View(store).streams() {
            guard let next = entry.next else { continue }
            let isBuilt = try (0 ..< next.partitions).allSatisfy { index in
                let partition = Partition(next.topic, index)
                let end = try log.bounds(of: partition).upperBound
                return seats.contains {
                    $0.generation == next.generation && $0.partition == partition
                        && $0.progress.next >= end
                }
            }
            guard isBuilt else { continue }
            Task { [self] in
                do {
                    let caller = Caller(actor: Self.ownName, route: "switch")
                    _ = try await execute(caller, on: next.name, of: StreamCatalog()) { reader, _ in
                        let entry = try StreamCatalog.View(reader).stream(next.name)
                        return try refusable { () throws(StreamRefusal) in
                            try SwitchStream(next.name, to: next.generation).decide(given: entry)
                        }
                    }
                    await fitSeats()
                } catch {
                    notice("\(next.name) could not be switched to its changed definition: \(error)")
                }
            }
        }
    }

    /// The actor of what the platform does by itself.
    static var ownName: String { "tributary" }

    private func topicPartitions() async throws -> [String: Int32] {
        try requireLog()
        return try await pool.run { [self] in
            Dictionary(
                try log.topics().map { ($0.name, $0.partitions) },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }
}

/// Turns a domain's refusal into the platform's.
func refusable<Result>(_ body: () throws(StreamRefusal) -> Result) throws(PlatformError) -> Result {
    do throws(StreamRefusal) { return try body() } catch { throw .refused(error) }
}
