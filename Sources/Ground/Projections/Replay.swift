public import Bytes
public import Logs
public import Store

/// Folds a partition again, from its first record, and holds the result against what is served and what was attested.
public struct Replay: Sendable {
    public var projection: any Projection
    public var partition: Partition
    /// How many records are folded between two writes. The result does not depend on it.
    public var batchLimit: Int
    /// Throws where it is to end before its end. Asked before each record.
    public var goesOn: @Sendable () throws -> Void

    public init(
        _ projection: any Projection,
        of partition: Partition,
        batchLimit: Int = 32_768,
        goesOn: @escaping @Sendable () throws -> Void = {}
    ) {
        self.projection = projection
        self.partition = partition
        self.batchLimit = batchLimit
        self.goesOn = goesOn
    }

    /// A digest that somebody wrote down, of the state below `next`.
    public struct Attestation: Sendable, Hashable {
        public var next: Offset
        public var entries: Int64
        /// How many records had been folded: one that is missing may have changed no row.
        public var recordCount: Int64
        public var digest: Digest
        /// What the rows had begun from. An attestation of another beginning says nothing about these.
        public var base: String

        public init(
            next: Offset,
            entries: Int64,
            recordCount: Int64,
            digest: Digest,
            base: String
        ) {
            self.next = next
            self.entries = entries
            self.recordCount = recordCount
            self.digest = digest
            self.base = base
        }
    }

    public enum Finding: Sendable, Hashable {
        case equal
        /// Rows differ; the first one that does, where it is known.
        case different(RowDifference?)
        /// What the replay gives at an earlier position is not what was attested there.
        case attestationDiffers(Attestation, replayed: Digest)
        /// The log no longer holds the records the rows came from, or was never folded so far.
        case notComparable(String)
    }

    public struct Verdict: Sendable {
        public var projection: String
        public var partition: Partition
        public var generation: Digest
        public var foldVersion: Int64
        /// The next offset to fold, where both sides stood.
        public var next: Offset
        public var base: String
        public var entries: Int64
        public var recordCount: Int64
        public var served: Digest
        public var replayed: Digest
        public var attestationCount: Int
        /// An attestation of what was folded that the log does not give any more, beside what is served.
        public var contradicted: Attestation?
        public var finding: Finding
    }

    /// `served`: A snapshot of the store that answers queries.
    /// `attested`: Earlier digests of this projection's generation, fold version and partition.
    /// `memory`: An empty store with the projection's family open.
    /// Returns: Nil where nothing was folded yet.
    public func verify(
        served: any StoreReader,
        log: any Log,
        attested: [Attestation],
        in memory: any Store
    ) throws -> Verdict? {
        if let unreadable = try unreadable(in: served) { return unreadable }
        guard let live = try digest(in: served) else { return nil }
        var verdict = Verdict(
            projection: projection.name,
            partition: partition,
            generation: projection.generation,
            foldVersion: live.progress.foldVersion,
            next: live.progress.next,
            base: live.progress.origin,
            entries: live.entries,
            recordCount: live.progress.recordCount,
            served: live.digest,
            replayed: live.digest,
            attestationCount: 0,
            finding: .equal
        )
        guard live.progress.foldVersion == projection.foldVersion else {
            verdict.finding = .notComparable(
                "rows of fold version \(live.progress.foldVersion), and this release folds version \(projection.foldVersion)"
            )
            return verdict
        }
        let rows = projection.rows(of: partition.index, in: served)
        // Rows that were folded without something that was told differ like any others, and are folded anew.
        _ = try projection.takeUp(on: partition.index, at: live.progress, in: rows)
        let available = try log.bounds(of: partition)
        guard available.lowerBound <= live.progress.base else {
            verdict.finding = .notComparable(
                "the log begins at \(available.lowerBound), and the rows come from \(live.progress.base) on"
            )
            return verdict
        }
        let stops = Dictionary(
            attested.filter { $0.next <= live.progress.next && $0.base == live.progress.origin }.map
            { ($0.next, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var wrong: (Attestation, Digest)?
        try fold(
            from: live.progress.base,
            to: live.progress.next,
            log: log,
            into: memory,
            stops: Set(stops.keys)
        ) { state in
            guard let expected = stops[state.progress.next] else { return }
            verdict.attestationCount += 1
            if expected.digest != state.digest
                || expected.recordCount != state.progress.recordCount
            {
                wrong = wrong ?? (expected, state.digest)
            }
        }
        // Somebody folded records of this log that it no longer holds.
        if wrong == nil,
            let lost = attested.first(where: {
                $0.next > available.upperBound && $0.base == live.progress.origin
            })
        {
            wrong = (lost, live.digest)
        }
        verdict.contradicted = wrong?.0
        guard let again = try digest(in: memory) else {
            verdict.finding = .notComparable("the log holds no record of what was folded")
            return verdict
        }
        verdict.replayed = again.digest
        if again.digest != live.digest {
            verdict.finding = .different(
                try projection.firstDifference(of: partition.index, between: served, and: memory)
            )
        } else if again.progress != live.progress {
            // A record that is missing may have changed no row; that it was folded is known all the same.
            verdict.finding = .different(RowDifference(between: live.progress, and: again.progress))
        } else if let wrong {
            verdict.finding = .attestationDiffers(wrong.0, replayed: wrong.1)
        }
        return verdict
    }

    /// What is to be said of rows whose position is no position: nothing can be compared, and they are wrong.
    private func unreadable(in served: any StoreReader) throws -> Verdict? {
        let key = RowDifference.progressKey
        let place = projection.shelf(of: partition.index).prefix + key
        guard let value = try served.value(of: place, in: projection.family) else { return nil }
        do throws(ByteError) {
            if try Progress(stored: value).isPossible { return nil }
            throw .malformed("a position that no fold has", at: 0)
        } catch {
            let none = Digest(of: [])
            return Verdict(
                projection: projection.name,
                partition: partition,
                generation: projection.generation,
                foldVersion: projection.foldVersion,
                next: 0,
                base: "",
                entries: 0,
                recordCount: 0,
                served: none,
                replayed: none,
                attestationCount: 0,
                finding: .different(RowDifference(key: key, left: value, right: nil))
            )
        }
    }

    /// Folds the records of `base ..< end` into a store: all there are, or it throws.
    /// `stops`: Positions at which `stopped` gets the digest of the state so far.
    public func fold(
        from base: Offset,
        to end: Offset,
        log: any Log,
        into store: any Store,
        stops: Set<Offset> = [],
        stopped: (StateDigest) throws -> Void = { _ in }
    ) throws {
        var progress = Progress(base: base, foldVersion: projection.foldVersion)
        let shelf = projection.shelf(of: partition.index)
        try log.eachRecord(
            of: partition,
            from: base,
            below: end,
            limit: batchLimit,
            goesOn: goesOn
        ) { records in
            var rest = records[...]
            while !rest.isEmpty {
                let stop = rest.firstIndex { stops.contains($0.offset + 1) }
                let piece = stop.map { rest[...$0] } ?? rest
                rest = rest[piece.endIndex...]
                var changes = Changes(
                    over: store,
                    family: projection.family,
                    shelf: shelf,
                    at: progress.next
                )
                for record in piece {
                    try goesOn()
                    changes.offset = record.offset
                    try projection.apply(record, of: partition, to: &changes)
                }
                progress.advance(past: piece)
                try land(changes, progress, in: store)
                if stop != nil, let state = try digest(in: store) {
                    try stopped(state)
                }
            }
        }
    }

    private func digest(in reader: any StoreReader) throws -> StateDigest? {
        try projection.digest(of: partition.index, in: reader, goesOn: goesOn)
    }

    private func land(
        _ changes: consuming Changes,
        _ progress: Progress,
        in store: any Store
    ) throws {
        if let failure = changes.failure { throw failure }
        changes[Progress.table, Progress.key] = progress
        var batch = changes.batch()
        // What waits to be answered says nothing about the partition, and may be of any size.
        if let outbox = projection.outboxNumber {
            let prefix = projection.shelf(of: partition.index).prefix + [outbox]
            batch.drop { $0.starts(with: prefix) }
        }
        try store.write(batch, to: projection.family)
    }
}
