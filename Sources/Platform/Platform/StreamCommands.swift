internal import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

extension Platform {
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
        // Rows of what this release cannot read are not its to drop.
        let wanted = Set(entries.flatMap { [$0.served, $0.next].compactMap(\.self?.generation) })
        streams.keep(wanted)
        let isBuilding = entries.contains { entry in
            entry.next.map { streams.value(of: $0) != nil } ?? false
        }
        inputs.withLock { $0.isBuilding = isBuilding }
        for intake in engine.seated(Intake.self) where !wanted.contains(intake.generation) {
            engine.unreact(DeadLetters.key(of: intake))
            unseat(intake)
        }
        for definition in entries.flatMap({ [$0.served, $0.next].compactMap(\.self) })
            .compactMap({ streams.value(of: $0) })
        where !engine.hasSeats(definition.generation, partitions: definition.partitions) {
            let intake = Intake(definition)
            // There may be more partitions by now.
            engine.unreact(DeadLetters.key(of: intake))
            engine.react(DeadLetters(intake), as: DeadLetters.key(of: intake))
            engine.seat(intake, partitions: definition.partitions)
        }
        attempt { try reconcileViews() }
        attempt { try reconcileEndpoints() }
        attempt { try reconcilePublications() }
        if let failure { throw failure }
    }

    /// Serves changed definitions whose rows have reached the end of the log. Blocks.
    func switchBuilt() throws {
        try switchBuiltViews()
        for entry in try StreamCatalog.View(store).streams() {
            guard let next = entry.next?.definition else { continue }
            let isBuilt = try (0 ..< next.partitions).allSatisfy { index in
                let partition = Partition(next.topic, index)
                let end = try log.bounds(of: partition).upperBound
                return engine.seats(on: partition).contains {
                    $0.generation == next.generation && $0.progress.next >= end
                }
            }
            guard isBuilt else { continue }
            Task { [self] in
                do {
                    let caller = Caller(actor: Engine.ownName, route: "switch")
                    _ = try await engine.execute(caller, on: next.name, of: StreamCatalog()) {
                        reader,
                        _ in
                        let entry = try StreamCatalog.View(reader).stream(next.name)
                        return try declining { () throws(StreamRefusal) in
                            try SwitchStream(next.name, to: next.generation).decide(given: entry)
                        }
                    }
                    await engine.fitSeats()
                } catch {
                    engine.notice(
                        "\(next.name) could not be switched to its changed definition: \(error)"
                    )
                }
            }
        }
    }

    func topicPartitions() async throws -> [String: Int32] {
        try engine.requireLog()
        return try await engine.pool.run { [self] in
            Dictionary(
                try log.topics().map { ($0.name, $0.partitions) },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }
}
