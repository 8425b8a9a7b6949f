internal import Bytes
internal import Engine
internal import Events
internal import Glibc
internal import Logs
internal import Projections
public import Store
internal import Synchronization

/// Where copies of the state are kept, so that a rebuild need not begin at the first record.
public struct Checkpoints: Sendable {
    /// A folder of folders, named by the microsecond at which each was made.
    public var folder: String
    /// Opens the copy at a path.
    public var open: @Sendable (_ path: String) throws -> any Store
    public static let kept = 2

    public init(folder: String, open: @escaping @Sendable (_ path: String) throws -> any Store) {
        self.folder = folder
        self.open = open
    }

    /// The paths of the copies, newest first.
    public func paths() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [Int64] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let time = Int64(name) { names.append(time) }
        }
        return names.sorted(by: >).map { "\(folder)/\($0)" }
    }
}

extension Proof {
    /// Copies the state, attests in the log what the copy holds, and removes all but the newest copies. Blocks.
    public func makeCheckpoint() throws {
        guard let checkpoints else { return }
        mkdir(checkpoints.folder, 0o755)
        let path = "\(checkpoints.folder)/\(engine.clock.now().microseconds)"
        try engine.store.checkpoint(at: path)
        let copy = try checkpoints.open(path)
        for family in engine.families { try copy.open(family) }
        for (seating, state) in try states(in: copy)
        where !(seating.projection is AttestationLedger) {
            append(attestation(of: seating, .init(state)), about: seating.projection.name)
        }
        copy.close()
        for old in checkpoints.paths().dropFirst(Checkpoints.kept) { removeFolder(old) }
    }

    /// Drops whatever a restored copy holds that the log's attestations do not vouch for. Before anybody folds.
    func proveRestored() throws {
        let attested = try attestedDigests()
        let own = Set(engine.ledgers.map(\.projection.family))
        try keep(engine.ledgers, in: own, attested)
        // What is declared is known only now, from catalogs that are proven themselves.
        let declared = try engine.wings.flatMap { try $0.declared(in: engine.store) }
        try keep(declared, in: Set(engine.families).subtracting(own), attested)
    }

    /// Drops the rows of some families, all but those of projections that are attested as they are.
    private func keep(
        _ projections: [Folding],
        in families: Set<Family>,
        _ attested: [Claim: Digest]
    ) throws {
        var proven: [Family: [Shelf]] = [:]
        for (projection, partitions) in projections {
            for index in 0 ..< partitions {
                let state = try projection.digest(
                    of: index,
                    in: engine.store,
                    goesOn: engine.goesOn
                )
                guard let state else { continue }
                let claim = Claim(
                    projection: projection.name,
                    generation: projection.generation,
                    foldVersion: projection.foldVersion,
                    partition: Partition(projection.topic, index),
                    next: state.progress.next
                )
                if attested[claim] == state.digest {
                    proven[projection.family, default: []].append(projection.shelf(of: index))
                } else {
                    engine.notice(
                        "the checkpoint's rows of \(projection.name), \(claim.partition) are not attested and are folded anew"
                    )
                }
            }
        }
        for family in families {
            var start: [UInt8]? = []
            for shelf in (proven[family] ?? []).sorted(by: {
                $0.prefix.lexicographicallyPrecedes($1.prefix)
            }) {
                if let start {
                    try engine.store.removeAll(from: start, to: shelf.prefix, in: family)
                }
                start = shelf.end
            }
            if let start { try engine.store.removeAll(from: start, to: nil, in: family) }
        }
    }

    private struct Claim: Hashable {
        var projection: String
        var generation: Digest
        var foldVersion: Int64
        var partition: Partition
        var next: Offset
    }

    /// Read from the log itself: the ledger's own rows are part of what is to be proven.
    private func attestedDigests() throws -> [Claim: Digest] {
        let cursor = try EventCursor(
            log: engine.log,
            topic: AttestationEvent.topic.name,
            partition: nil,
            from: nil,
            follow: false
        )
        defer { cursor.close() }
        var digests: [Claim: Digest] = [:]
        while let batches = try cursor.next() {
            try engine.goesOn()
            for record in batches.flatMap(\.records) {
                guard
                    case .attested(let fact)? = try FoldStop.reading({ () throws(EventError) in
                        try AttestationEvent.decode(record)
                    })?.1.fact, let generation = fact.generationDigest, let digest = fact.rowsDigest
                else { continue }
                let claim = Claim(
                    projection: fact.projection,
                    generation: generation,
                    foldVersion: Int64(fact.foldVersion),
                    partition: Partition(fact.topic, fact.partition),
                    next: fact.offset
                )
                digests[claim] = digests[claim] ?? digest
            }
        }
        return digests
    }
}

/// Removes the files of a folder, and the folder.
private func removeFolder(_ path: String) {
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
}
