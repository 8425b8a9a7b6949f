internal import Bytes
internal import Engine
internal import Events
internal import FoundationEssentials
internal import Logs
public import Projections
internal import Store
internal import SwiftProtobuf
internal import Synchronization
internal import Workers

extension Proof {
    /// What an audit found of one projection on one partition.
    public struct Finding: Sendable {
        public var verdict: Replay.Verdict
        public var seconds: Double
    }

    /// Whether the log told of a divergence that its attestations do not tell of any more.
    public func hasLostAttestations() throws -> Bool {
        let topic = AttestationEvent.topic
        let isEmpty = try engine.log.bounds(of: Partition(topic.name, 0)).isEmpty
        return try isEmpty && AlertLedger.all(in: engine.store).contains { $0.kind == "divergence" }
    }

    /// How many `verify` finds, on a thread for what takes minutes.
    public func verifyElsewhere(_ names: Set<String>) async throws -> Int {
        try await engine.longPool.run { [self] in try verify(only: names).count }
    }

    /// Folds every projection again from its first record, and compares with what is served and what was attested.
    /// Blocks for as long as that takes.
    /// `only`: The names of the projections to look at; empty: all.
    public func verify(only names: Set<String> = []) throws -> [Finding] {
        let seated = engine.seated
        var findings: [Finding] = []
        for seating in seated where names.isEmpty || names.contains(seating.projection.name) {
            let start = ContinuousClock.now
            let served = try engine.store.snapshot()
            let attested = try attestations(of: seating, in: served)
            let memory = MemoryStore()
            try memory.open(seating.projection.family)
            let projection = try engine.prepared(seating.projection, in: served)
            let verdict = try Replay(projection, of: seating.partition, goesOn: engine.goesOn)
                .verify(
                    served: served,
                    log: engine.log,
                    attested: attested,
                    in: memory
                )
            guard var verdict else { continue }
            if verdict.finding == .equal,
                let stranger = stranger(among: attested, to: seating, verdict)
            {
                verdict.finding = .attestationDiffers(stranger, replayed: verdict.replayed)
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            switch verdict.finding {
            case .equal:
                attest(verdict, of: seating)
                resolveDoubts(about: verdict, of: seating)
            case .different where verdict.contradicted != nil:
                // The log is not what it was when it was attested: the rows may be all that is left of that.
                tellDivergence(verdict)
                tellAgainstLog(verdict)
            case .different:
                tellDivergence(verdict)
                engine.rebuild(seating.projection, on: seating.partition)
            case .attestationDiffers:
                tellDivergence(verdict)
                tellAgainstLog(verdict)
            case .notComparable: break
            }
            findings.append(Finding(verdict: verdict, seconds: seconds))
        }
        return findings
    }

    /// Writes down what every projection's rows amount to, where they have moved since the last time. Blocks.
    public func attestAll() throws {
        // The ledger of attestations is left out: each would change it, and call for the next one.
        for seating in engine.seated
        where !(seating.projection is AttestationLedger) {
            let served = try engine.store.snapshot()
            let index = seating.partition.index
            guard let progress = try seating.projection.progress(of: index, in: served) else {
                continue
            }
            let newest = try attestations(of: seating, in: served)
                .filter { $0.base == progress.origin }.map(\.next).max()
            // All rows are read for a digest: only of what has moved.
            guard progress.next > newest ?? 0,
                let state = try seating.projection.digest(
                    of: index,
                    in: served,
                    goesOn: engine.goesOn
                )
            else { continue }
            append(attestation(of: seating, .init(state)), about: seating.projection.name)
        }
    }

    /// What every seated projection's rows amount to in a store. Blocks.
    func states(in reader: any StoreReader) throws -> [(seating: Seating, state: StateDigest)] {
        var states: [(seating: Seating, state: StateDigest)] = []
        for seating in engine.seated {
            let state = try seating.projection.digest(
                of: seating.partition.index,
                in: reader,
                goesOn: engine.goesOn
            )
            if let state {
                states.append((seating, state))
            }
        }
        return states
    }

    /// An attestation of one of our own topics with another first record: nobody makes those topics anew.
    private func stranger(
        among attested: [Replay.Attestation],
        to seating: Seating,
        _ verdict: Replay.Verdict
    ) -> Replay.Attestation? {
        guard engine.keepsForEver(seating.partition.topic),
            verdict.base.hasPrefix("genesis")
        else { return nil }
        return attested.first { $0.base.hasPrefix("genesis") && $0.base != verdict.base }
    }

    private func attestations(
        of seating: Seating,
        in served: any StoreReader
    ) throws -> [Replay.Attestation] {
        do throws(StoreError) {
            // Before somebody accepted the log as it is, other things were attested.
            let accepted = try acceptance(of: seating, in: served)
            return try AttestationLedger.attestations(
                of: seating.projection,
                partition: seating.partition,
                after: accepted,
                in: served
            )
        } catch {
            // A row of the ledger that is none is named by the audit of the ledger.
            guard case .corrupt = error else { throw error }
            return []
        }
    }

    private func attest(_ verdict: Replay.Verdict, of seating: Seating) {
        guard !(seating.projection is AttestationLedger) else { return }
        let found = Replay.Attestation(
            next: verdict.next,
            entries: verdict.entries,
            recordCount: verdict.recordCount,
            digest: verdict.served,
            base: verdict.base
        )
        append(attestation(of: seating, found), about: verdict.projection)
    }

    func attestation(of seating: Seating, _ found: Replay.Attestation) -> AttestationEvent {
        AttestationEvent.with {
            $0.attested = .with {
                $0.projection = seating.projection.name
                $0.generation = .init(seating.projection.generation.bytes)
                $0.foldVersion = Int32(seating.projection.foldVersion)
                $0.topic = seating.partition.topic
                $0.partition = seating.partition.index
                $0.offset = found.next
                $0.entries = found.entries
                $0.digest = .init(found.digest.bytes)
                $0.base = found.base
                $0.records = found.recordCount
            }
        }
    }

    private func tellDivergence(_ verdict: Replay.Verdict) {
        var key: [UInt8]?
        if case .different(let difference) = verdict.finding { key = difference?.key }
        let event = AttestationEvent.with {
            $0.diverged = .with {
                $0.projection = verdict.projection
                $0.generation = .init(verdict.generation.bytes)
                $0.foldVersion = Int32(verdict.foldVersion)
                $0.topic = verdict.partition.topic
                $0.partition = verdict.partition.index
                $0.offset = verdict.next
                $0.base = verdict.base
                $0.expectedDigest = .init(verdict.replayed.bytes)
                $0.actualEntries = verdict.entries
                $0.actualDigest = .init(verdict.served.bytes)
                if let key { $0.firstKey = .init(key) }
            }
        }
        append(event, about: verdict.projection)
        engine.raise(
            "divergence",
            about: Engine.subject(verdict.projection, verdict.partition),
            "A replay of \(verdict.partition) does not give the rows that \(verdict.projection) serves.",
            key.map { "first differing key \($0.hex)" } ?? ""
        )
    }

    private func tellAgainstLog(_ verdict: Replay.Verdict) {
        engine.raise(
            "attestationAgainstLog",
            about: Engine.subject(verdict.projection, verdict.partition),
            "What was attested of \(verdict.projection) is not what \(verdict.partition) gives by now: "
                + "rows and log are kept until somebody decides.",
            "bring the former log back, or accept what it says: tributary audit accept '\(verdict.projection)' --reason …"
        )
    }

    func append(_ event: AttestationEvent, about subject: String) {
        let envelope = Envelope(
            id: engine.clock.newID(),
            subject: subject,
            time: engine.clock.now()
        )
        engine.log.append(event.newRecord(envelope), to: AttestationEvent.topic.name, partition: 0)
        {
            [engine] result in
            if case .failure(let error) = result {
                engine.notice("an attestation could not be written: \(error)")
            }
        }
    }
}

extension Replay.Attestation {
    init(_ state: StateDigest) {
        self.init(
            next: state.progress.next,
            entries: state.entries,
            recordCount: state.progress.recordCount,
            digest: state.digest,
            base: state.progress.origin
        )
    }
}
