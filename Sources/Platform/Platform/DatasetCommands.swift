internal import Archive
public import Bytes
public import Datasets
public import Engine
public import Events
internal import Features
internal import Logs
internal import Projections
public import Store
internal import Workers

extension Platform {
    /// Makes the rows of a span of event time, puts them into the archive, reads them back, and says so in the log.
    public func seal(
        _ name: String,
        from: Instant,
        to: Instant,
        for caller: Caller
    ) async throws -> (version: DatasetVersion, effect: Effect) {
        // After a restart much of the log may not be folded yet: what is not known by then is not missing. A log that
        // never rests is sealed as far as it was folded.
        _ = try await engine.settle(within: .seconds(30))
        let seal = try await engine.longPool.run { [self] in
            try makeRows(of: name, from: from, to: to)
        }
        let effect = try await engine.execute(caller, on: name, of: DatasetCatalog()) { reader, _ in
            let view = DatasetCatalog.View(reader)
            let entry = try view.dataset(name)
            let versions = try view.versions(name)
            return try declining { () throws(DatasetRefusal) in
                try seal.command.decide(
                    given: entry,
                    versions: versions,
                    latestClosed: seal.latestClosed
                )
            }
        }
        let versions = try DatasetCatalog.View(store).versions(name)
        guard let version = seal.command.existing(in: versions) else {
            throw PlatformError.conflict("\(name) was deleted meanwhile")
        }
        return (version, effect)
    }

    /// Reads the rows of a span as of what is folded by now, and puts them into the archive. Blocks.
    private func makeRows(
        of name: String,
        from: Instant,
        to: Instant
    ) throws -> (command: SealDataset, latestClosed: Instant?) {
        let reader = try store.snapshot()
        guard let entry = try DatasetCatalog.View(reader).dataset(name) else {
            throw PlatformError.refused(DatasetRefusal.unknownDataset(name))
        }
        let definition = try declining { () throws(UnreadableDefinition) in
            try entry.served.read()
        }
        let inputs = try SealInputs(definition, of: self, in: reader)
        try declining { () throws(DatasetRefusal) in
            try SealDataset.check(from, to, of: entry, latestClosed: inputs.latestClosed)
        }
        var writer = DatasetWriter(try inputs.columns(), into: archive)
        try inputs.eachRow(from: from, to: to) { row in
            try engine.goesOn()
            try writer.append(row)
        }
        let manifest = DatasetManifest(
            from: from,
            to: to,
            definition: entry.served.text,
            generation: entry.served.generation,
            views: inputs.plan.viewGenerations.map { .init($0.view, $0.generation) },
            cut: inputs.cut.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) },
            columns: try inputs.columns(),
            contents: try writer.finish()
        )
        return (SealDataset(name, manifest), inputs.latestClosed)
    }

    /// Compares every chunk of a version in the archive with what was sealed. Blocks.
    public func verifyDataset(_ name: String, _ number: Int64) throws -> DatasetVerification {
        try sealedVersion(name, number, in: store).manifest.verify(in: archive)
    }

    /// A version that is sealed; thrown otherwise: what to do about it.
    public func sealedVersion(
        _ name: String,
        _ number: Int64,
        in reader: any StoreReader
    ) throws -> DatasetVersion {
        try DatasetCatalog.View(reader).sealed(name, number)
    }
}

extension DatasetCatalog.View {
    /// A version that is sealed; thrown otherwise: what to do about it.
    public func sealed(_ name: String, _ number: Int64) throws -> DatasetVersion {
        if let version = try version(name, number) { return version }
        let newest = try newest(name)?.number
        throw PlatformError.refused(
            try dataset(name) == nil
                ? DatasetRefusal.unknownDataset(name)
                : .unknownVersion(dataset: name, number: number, newest: newest)
        )
    }
}

extension FeaturePlan {
    var viewGenerations: [(view: String, generation: Digest)] {
        var seen: Set<String> = []
        return parts.filter { seen.insert($0.name).inserted }.map { ($0.name, $0.view.generation) }
    }
}
