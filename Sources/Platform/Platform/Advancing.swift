public import Bytes
public import Engine
public import Events
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

/// Saying that records are complete, so that it stays so.
extension Platform {
    /// Says that a partition's records before an instant are complete. Records that are in the log by now are not bound
    /// by it; those that come later are. Nobody folds them before the fact is known: otherwise a record might count that
    /// is late for whoever folds the log again.
    public func advance(
        _ name: String,
        partition: Int32,
        to watermark: Instant,
        cause: StreamEvent.Cause,
        for caller: Caller
    ) async throws -> Effect {
        guard let input = try inputPartition(of: name, partition) else {
            return try await say(name, partition, watermark, end: 0, cause, for: caller)
        }
        let end = try await engine.pool.run { [self] () throws -> Offset in try self.end(of: input)
        }
        guard let projector = engine.dataProjector else {
            throw PlatformError.unavailable("nothing is folded yet")
        }
        let standing = engine.waiters.ticket(within: Self.barrierPatience)
        let barrier = projector.raiseBarrier(on: input, from: end, standing: standing)
        defer {
            projector.takeUp(input)
            projector.lower(barrier)
        }
        guard await standing.value(), let place = barrier.offset else {
            try engine.goesOn()
            throw PlatformError.unavailable(
                "the fold of \(input) was at work on one batch for a minute"
            )
        }
        return try await say(name, partition, watermark, end: place, cause, for: caller)
    }

    private static var barrierPatience: Duration { .seconds(60) }

    private func say(
        _ name: String,
        _ partition: Int32,
        _ watermark: Instant,
        end: Offset,
        _ cause: StreamEvent.Cause,
        for caller: Caller
    ) async throws -> Effect {
        try await engine.execute(caller, on: name, of: StreamCatalog()) { reader, now in
            let catalog = StreamCatalog.View(reader)
            let entry = try catalog.stream(name)
            let current = try catalog.watermark(of: name, partition: partition)
            return try declining { () throws(StreamRefusal) in
                try AdvanceStream(name, partition: partition, to: watermark, end: end, cause: cause)
                    .decide(given: entry, current: current, now: now)
            }
        }
    }

    /// Nil where there is none, of which the decision says what is wrong.
    private func inputPartition(of stream: String, _ partition: Int32) throws -> Partition? {
        guard let definition = try StreamCatalog.View(store).stream(stream)?.served.definition,
            (0 ..< definition.partitions).contains(partition)
        else { return nil }
        return Partition(definition.topic, partition)
    }

    private func end(of input: Partition) throws(LogError) -> Offset {
        do throws(LogError) {
            return try log.bounds(of: input).upperBound
        } catch {
            // Whoever declared the stream, perhaps at another server, is about to create its topic.
            guard case .unknownTopic = error else { throw error }
            return 0
        }
    }

    /// Lets the folds of streams know what was told of them by these facts.
    func takeUpAdvances(in records: [Record]) {
        var told: Set<Partition> = []
        for record in records where record.text("ce_type")?.hasSuffix(".Advanced") == true {
            do {
                guard case .advanced(let advanced)? = try StreamEvent.decode(record).event.fact,
                    let input = try inputPartition(of: advanced.name, advanced.partition)
                else { continue }
                told.insert(input)
            } catch {
                // The fold of the facts has stopped at it, or says so itself.
                engine.notice("what was told of a stream could not be read: \(error)")
            }
        }
        for input in told.sorted() { engine.dataProjector?.takeUp(input) }
    }

    /// What the folds of a stream go by: the facts as they are folded, each time they are told to look.
    func advances(of stream: String) -> Advances {
        Advances { [weak self] partition throws(StoreError) in
            guard let self else { return [] }
            return try StreamCatalog.View(store).advances(of: stream, partition: partition)
        }
    }

    /// A fold that goes by what was told as a snapshot knows it, for whoever folds again what stands in that.
    static func told<Fold: CountsRecords>(
        _ fold: Fold,
        in reader: any StoreReader
    ) throws(StoreError) -> Fold {
        fold.knowing(try advances(of: fold.stream, in: reader))
    }

    static func advances(
        of stream: StreamDefinition,
        in reader: any StoreReader
    ) throws(StoreError) -> Advances {
        let catalog = StreamCatalog.View(reader)
        var fixed: [Int32: [Advance]] = [:]
        for partition in 0 ..< stream.partitions {
            fixed[partition] = try catalog.advances(of: stream.name, partition: partition)
        }
        return Advances(fixed: fixed)
    }
}
