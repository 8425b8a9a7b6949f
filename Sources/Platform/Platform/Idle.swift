public import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
public import Records
public import Store
internal import Streams
internal import Synchronization

extension Platform {
    /// A partition that is silent for longer than its stream's `idle` holds nobody up: its watermark becomes the
    /// greatest of the stream's other partitions.
    func advanceIdle(_ now: ContinuousClock.Instant) throws {
        let catalog = StreamCatalog.View(store)
        for entry in try catalog.streams() {
            guard let stream = streams.value(of: entry.served), let idle = stream.idle,
                stream.partitions > 1
            else { continue }
            let watermarks = try watermarks(of: stream, in: store)
            guard let greatest = watermarks.compactMap(\.self).max() else { continue }
            for (partition, watermark) in watermarks.enumerated()
            where watermark ?? .distantPast < greatest {
                let seen = inputs.withLock { state in
                    state.lastRecord[Partition(stream.topic, Int32(partition))]
                        ?? {
                            state.lastRecord[Partition(stream.topic, Int32(partition))] = now
                            return now
                        }()
                }
                guard now - seen > .microseconds(idle.microseconds) else { continue }
                sayIdle(stream.name, Partition(stream.topic, Int32(partition)), until: greatest)
            }
        }
    }

    /// Says it once: a next look says nothing of a partition while it is being said.
    private func sayIdle(_ stream: String, _ partition: Partition, until watermark: Instant) {
        guard inputs.withLock({ $0.advancing.insert(partition).inserted }) else { return }
        Task { [self] in
            do {
                _ = try await advance(
                    stream,
                    partition: partition.index,
                    to: watermark,
                    cause: .idle,
                    for: Caller(actor: Engine.ownName, route: "idle")
                )
            } catch {
                engine.notice(
                    "the watermark of \(stream)/\(partition.index) could not be advanced: \(error)"
                )
            }
            inputs.withLock { _ = $0.advancing.remove(partition) }
        }
    }

    /// The watermark of each partition: what its records say, or an `advanced` fact if that is later and they were all
    /// folded.
    public func watermarks(
        of stream: StreamDefinition,
        in reader: any StoreReader
    ) throws -> [Instant?] {
        let catalog = StreamCatalog.View(reader)
        let intake = Intake(stream)
        return try (0 ..< stream.partitions).map { partition in
            try catalog.watermark(
                of: stream,
                partition: partition,
                try Admission.summary(in: intake.rows(of: partition, in: reader)),
                at: try intake.progress(of: partition, in: reader)
            )
        }
    }
}
