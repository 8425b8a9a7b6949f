import Archive
import Bytes
import Datasets
import Experiments
import Features
import Foundation
import Logs
import ModelRegistry
import Projections
import Records
import RocksStore
import Serving
import Store
import Streams
import Testing

@testable import Platform
@testable import Proof

@Suite struct `A checkpoint` {
    private let stream = Arrivals.definition("flights.arrived", partitions: 2)

    private func send(_ ids: Range<Int>, to log: MemoryLog) async throws {
        for id in ids {
            let time = TestClock.start + .seconds(Int64(id))
            let value = id % 5 == 4 ? Array("none".utf8) : Arrivals.record(id, at: time)
            _ = try await log.append(
                NewRecord(key: nil, value: value),
                to: stream.topic,
                partition: Int32(id % 2)
            )
        }
    }

    /// Makes a checkpoint in the middle of some records, loses the store, and starts from the copy
    /// after `change` was done to it.
    private func restored(
        in folder: String,
        _ log: MemoryLog,
        _ change: (RocksStore) throws -> Void
    ) async throws -> Stand {
        let checkpoints = Checkpoints(folder: folder + "/checkpoints") { path in
            try RocksStore.open(path)
        }
        let watched = WatchedLog(log)
        let stand = try await Stand.start(
            watched,
            try RocksStore.open(folder + "/store"),
            checkpoints: checkpoints
        )
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(0 ..< 50, to: log)
        try await stand.settle()
        try await elsewhere { [platform = stand.platform] in try platform.proof.makeCheckpoint() }
        try await send(50 ..< 80, to: log)
        try await stand.settle()
        watched.cut()
        stand.stop()
        stand.store.close()
        let path = try #require(checkpoints.paths().first)
        try FileManager.default.copyItem(atPath: path, toPath: folder + "/restored")
        let store = try RocksStore.open(folder + "/restored")
        for family in Platform.everyFamily { try store.open(family) }
        try change(store)
        let again = try await Stand.start(log, store, seed: 2, isRestored: true)
        try await again.settle()
        return again
    }

    private func refolded(_ stand: Stand, _ projection: String) -> Bool {
        stand.notices.contains { $0.contains(projection) && $0.contains("folded anew") }
    }

    @Test func `that the log's attestations vouch for is gone on from`() async throws {
        let log = memoryLog()
        try await withFolder { folder in
            let stand = try await restored(in: folder, log) { _ in }
            #expect(!refolded(stand, "intake"), "\(stand.notices)")
            #expect(!refolded(stand, "streams"), "\(stand.notices)")
            try await stand.expectProof()
            #expect(try log.refusedRecords().count == 16, "Each of them once.")
            stand.stop()
            stand.store.close()
        }
    }

    @Test func `with a row that is not what was attested is folded anew`() async throws {
        let log = memoryLog()
        try await withFolder { folder in
            let stand = try await restored(in: folder, log) { store in
                var changed = WriteBatch()
                let shelf = Intake(stream).shelf(of: 1)
                try store.scan(Intake.family, from: shelf.prefix + [4], to: shelf.end) {
                    key,
                    value throws(StoreError) in
                    var value = value.withUnsafeBytes { [UInt8]($0) }
                    value[0] ^= 2
                    changed.put(value, at: key.withUnsafeBytes { [UInt8]($0) })
                    return false
                }
                #expect(!changed.isEmpty)
                try store.write(changed, to: Intake.family)
            }
            #expect(refolded(stand, "intake of flights.arrived, flights.arrived/1"))
            #expect(!refolded(stand, "flights.arrived/0"), "\(stand.notices)")
            try await stand.expectProof()
            #expect(try log.refusedRecords().count == 16, "Each of them once.")
            stand.stop()
            stand.store.close()
        }
    }

    @Test func `is proven in every family, whichever row is another one`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        try await withFolder { folder in
            let checkpoints = Checkpoints(folder: folder + "/checkpoints") { path in
                try RocksStore.open(path)
            }
            let stand = try await Stand.start(
                log,
                try RocksStore.open(folder + "/store"),
                archive: archive,
                checkpoints: checkpoints
            )
            try await stand.apply(Airport.everything)
            try await Airport.depart(in: log)
            try await Airport.arrive(in: log)
            try await stand.close()
            _ = try await stand.seal()
            _ = try await stand.train()
            try await stand.promote(1)
            try await stand.apply(
                Airport.endpoint(answer: "{stream: departures, wait: unlimited}")
            )
            try await stand.eventually("all are answered") {
                try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                    == Int64(Airport.flightCount)
            }
            try await stand.settle()
            try await elsewhere { [platform = stand.platform] in try platform.proof.makeCheckpoint()
            }
            let digests = try stand.digests().filter { !$0.key.hasPrefix("attestations") }
            stand.stop()
            stand.store.close()
            let path = try #require(checkpoints.paths().first)
            let families = [
                FeatureCatalog.family, FeatureFold.family, DatasetCatalog.family, RunLedger.family,
                ModelCatalog.family, EndpointCatalog.family, PredictionLedger.family,
                AnswerQueue.family, StreamCatalog.family, Intake.family,
            ]
            for family in families.map(Optional.some) + [nil] {
                let copy = folder + "/restored-\(family?.name ?? "")"
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                let store = try RocksStore.open(copy)
                for family in Platform.everyFamily { try store.open(family) }
                if let family { try changeRow(of: family, in: store) }
                let again = try await Stand.start(
                    log,
                    store,
                    archive: archive,
                    seed: 2,
                    isRestored: true
                )
                try await again.settle()
                let refolded = again.notices.filter {
                    $0.contains("folded anew") && !$0.contains("rows of attestations")
                }
                #expect(refolded.isEmpty == (family == nil), "\(family as Any): \(refolded)")
                #expect(
                    try again.digests().filter { !$0.key.hasPrefix("attestations") } == digests,
                    "\(family as Any)"
                )
                again.stop()
                store.close()
            }
        }
    }

    /// Turns a bit of one row, other than that of the position.
    private func changeRow(of family: Family, in store: RocksStore) throws {
        var changed = WriteBatch()
        try store.scan(family, from: [], to: nil) { key, value throws(StoreError) in
            let key = key.withUnsafeBytes { [UInt8]($0) }
            var value = value.withUnsafeBytes { [UInt8]($0) }
            guard key[10] != Progress.table.number, !value.isEmpty else { return true }
            value[value.count - 1] ^= 1
            changed.put(value, at: key)
            return false
        }
        #expect(!changed.isEmpty, "\(family)")
        try store.write(changed, to: family)
    }
}
