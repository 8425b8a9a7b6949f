internal import Bytes
internal import Documents
internal import Engine
internal import Events
public import Features
internal import Logs
internal import Projections
internal import Records
public import Store
internal import Streams
internal import Synchronization

extension Platform {
    /// Seats the folds of every view that is served, or being built, or that a served model was trained with. Blocks.
    func reconcileViews() throws {
        let reader = try store.snapshot()
        let entries = try FeatureCatalog.View(reader).views()
        let streams = try newestStreams(in: reader)
        let isBuilding = entries.contains { _, entry in
            entry.next.map { views.value(of: $0) != nil } ?? false
                || follower(of: entry, streams) != nil
        }
        let wanted = try Self.seatedViews(entries.map(\.entry), in: reader) {
            views.value(of: $0)
        }
        // Rows of what this release cannot read are not its to drop.
        let declared = Set(
            entries.flatMap { [$0.entry.served, $0.entry.next].compactMap(\.self?.generation) }
        )
        views.keep(declared.union(wanted.keys))
        if isBuilding { inputs.withLock { $0.isBuilding = true } }
        for fold in engine.seated(FeatureFold.self)
        where wanted[fold.generation] == nil && !declared.contains(fold.generation) {
            unseat(fold)
        }
        let seatless = wanted.values.filter {
            !engine.hasSeats($0.generation, partitions: $0.stream.partitions)
        }
        // By topic, so that those who read one partition begin together.
        for view in seatless.sorted(by: {
            ($0.stream.topic, $0.generation.hex) < ($1.stream.topic, $1.generation.hex)
        }) { engine.seat(FeatureFold(view), partitions: view.stream.partitions) }
    }

    /// Serves changed views whose rows have reached the end of the log, and declares anew those whose stream changed.
    /// Blocks.
    func switchBuiltViews() throws {
        let reader = try store.snapshot()
        let streams = try newestStreams(in: reader)
        for (name, entry) in try FeatureCatalog.View(reader).views() {
            if let definition = follower(of: entry, streams) {
                inBackground("FeatureView \(name) could not follow its stream") { [self] in
                    _ = try await declare(
                        definition,
                        topics: [:],
                        for: Caller(actor: Engine.ownName, route: "follow")
                    )
                    await engine.fitSeats()
                }
                continue
            }
            guard let next = entry.next, try isBuilt(next) else { continue }
            inBackground("FeatureView \(name) could not be switched") { [self] in
                let caller = Caller(actor: Engine.ownName, route: "switch")
                _ = try await engine.execute(caller, on: name, of: FeatureCatalog()) { reader, _ in
                    let entry = try FeatureCatalog.View(reader).view(name)
                    return try declining { () throws(FeatureRefusal) in
                        try SwitchView(name, to: next.generation).decide(given: entry)
                    }
                }
                await engine.fitSeats()
            }
        }
    }

    /// What is to be declared anew, because the stream of a view has changed since.
    private func follower(
        of entry: FeatureCatalog.Entry,
        _ streams: [String: DefinitionText<StreamDefinition>]
    ) -> FeatureViewDefinition? {
        let newest = entry.newest
        guard let definition = views.value(of: newest)?.definition ?? newest.definition.definition,
            let stream = definition.streamName.flatMap({ streams[$0] }),
            !stream.text.utf8.elementsEqual(newest.stream.utf8),
            let known = self.streams.value(of: stream)
        else { return nil }
        return known.canonicalText == newest.stream ? nil : definition
    }

    /// What every stream was declared as last, by name.
    private func newestStreams(
        in reader: any StoreReader
    ) throws -> [String: DefinitionText<StreamDefinition>] {
        Dictionary(
            try StreamCatalog.View(reader).streams().map { ($0.newest.name, $0.newest) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func isBuilt(_ declaration: FeatureCatalog.Declaration) throws -> Bool {
        // What cannot be read is never served in place of something that is.
        guard let view = declaration.view else { return false }
        guard case .stream(let view) = view else { return true }
        return try (0 ..< view.stream.partitions).allSatisfy { index in
            let partition = Partition(view.stream.topic, index)
            let end = try log.bounds(of: partition).upperBound
            return engine.seats(on: partition).contains {
                $0.generation == view.generation && $0.progress.next >= end
            }
        }
    }

    func inBackground(_ failing: String, _ body: @escaping @Sendable () async throws -> Void) {
        Task { [engine] in
            do { try await body() } catch { engine.notice("\(failing): \(error)") }
        }
    }

    /// A view that is served, made ready; nil where there is none of the name.
    public func featureView(
        _ name: String,
        in reader: any StoreReader
    ) throws -> FeatureView? {
        guard let entry = try FeatureCatalog.View(reader).view(name) else { return nil }
        return views.value(of: entry.served)
    }

    /// The instant before which everything is there: the least of the watermarks of the partitions; nil: not known.
    func watermark(of fold: FeatureFold, in reader: any StoreReader) throws -> Instant? {
        let stream = fold.view.stream
        let catalog = StreamCatalog.View(reader)
        var least: Instant?
        for index in 0 ..< stream.partitions {
            guard
                let watermark = try catalog.watermark(
                    of: stream,
                    partition: index,
                    try Admission.summary(in: fold.rows(of: index, in: reader)),
                    at: try fold.progress(of: index, in: reader)
                )
            else { return nil }
            least = min(least ?? watermark, watermark)
        }
        return least
    }

    /// The least watermark of all that a plan reads; nil where one is not known. Without a stream: no bound.
    func watermark(of plan: FeaturePlan, in reader: any StoreReader) throws -> Instant? {
        var least = Instant(microseconds: .max / 2)
        for part in plan.parts {
            guard let fold = part.fold else { continue }
            guard let watermark = try watermark(of: fold, in: reader) else { return nil }
            least = min(least, watermark)
        }
        return least
    }
}
