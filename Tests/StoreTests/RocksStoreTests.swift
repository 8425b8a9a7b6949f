import Foundation
import RocksStore
import Store
import Synchronization
import Testing

/// How many have begun.
private final class Begun: Sendable {
    let count = Atomic(0)
}

@Suite struct `A store on disk` {
    @Test func `holds after opening again what was flushed`() throws {
        try withFolder { folder in
            let path = folder + "/store"
            let store = try RocksStore.open(path)
            for name in ["bees", "birds"] { try store.open(Family(name)) }
            try store.write(["a": "1"])
            try store.write(["b": "2"], to: Family("bees"))
            store.close()

            let again = try RocksStore.open(path)
            #expect(again.families == [Family("bees"), Family("birds")])
            #expect(try again.rows() == ["a=1"])
            #expect(try again.rows(in: Family("bees")) == ["b=2"])
            try again.verify()
            again.close()
        }
    }

    @Test func `makes a checkpoint that holds everything written before`() throws {
        try withFolder { folder in
            let store = try RocksStore.open(folder + "/store")
            try store.open(family)
            for number in 0 ..< 1_000 { try store.write(["\(number)": "before"]) }
            try store.checkpoint(at: folder + "/copy")
            try store.write(["later": "1"])
            let rows = try store.rows().filter { $0 != "later=1" }
            #expect(rows.count == 1_000)

            let copy = try RocksStore.open(folder + "/copy")
            #expect(try copy.rows() == rows)
            try copy.verify()
            try copy.write(["copy": "1"])
            copy.close()
            #expect(try store.rows().count == 1_001)
            try store.verify()
            #expect(throws: StoreError.self) { try store.checkpoint(at: folder + "/copy") }
            store.close()
        }
    }

    @Test func `says which folder is open already`() throws {
        try withFolder { folder in
            let store = try RocksStore.open(folder + "/store")
            let error = #expect(throws: StoreError.self) { try RocksStore.open(folder + "/store") }
            guard case .refused(let message) = error else {
                Issue.record("A locked store must be refused, not \(String(describing: error)).")
                return
            }
            #expect(message.hasPrefix("The store at \(folder)/store is already open"))
            store.close()
        }
    }

    @Test func `says where it cannot be made`() throws {
        let error = #expect(throws: StoreError.self) { try RocksStore.open("/nowhere/at/all") }
        guard case .refused(let message) = error else {
            Issue.record("A missing folder is no damage: \(String(describing: error))")
            return
        }
        #expect(message.contains("/nowhere/at/all"))
    }

    @Test func `is gone once it is destroyed`() throws {
        try withFolder { folder in
            let path = folder + "/store"
            let store = try RocksStore.open(path)
            try store.open(family)
            try store.write(["a": "1"])
            #expect(throws: StoreError.self) { try RocksStore.destroy(path) }
            store.close()
            try RocksStore.destroy(path)
            try RocksStore.destroy(path)
            let left = try? FileManager.default.contentsOfDirectory(atPath: path)
            #expect((left ?? []).isEmpty)
            let new = try RocksStore.open(path)
            #expect(new.families.isEmpty)
            new.close()
        }
    }

    @Test func `refuses the family that is RocksDB's own`() throws {
        try withFolder { folder in
            let store = try RocksStore.open(folder + "/store")
            #expect(throws: StoreError.self) { try store.open(Family("default")) }
            store.close()
        }
    }

    @Test func `gives its folder free although a snapshot is still held`() throws {
        try withFolder { folder in
            let store = try RocksStore.open(folder + "/store")
            try store.open(family)
            let snapshot = try store.snapshot()
            store.close()
            let again = try RocksStore.open(folder + "/store")
            #expect(throws: StoreError.refused("The store is closed.")) { try snapshot.rows() }
            again.close()
        }
    }

    @Test func `waits with its end for those who read`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "store-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try RocksStore.open(folder.path + "/store")
        try store.open(family)
        for number in 0 ..< 200 { try store.write(["\(number)": "x"]) }
        let begun = Begun()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0 ..< 2 {
                group.addTask {
                    var count = 0
                    try store.scan(family, from: [], to: nil) { _, _ in
                        if count == 0 { begun.count.add(1, ordering: .relaxed) }
                        count += 1
                        usleep(500)
                        return true
                    }
                    return count
                }
            }
            while begun.count.load(ordering: .relaxed) < 2 {
                try await Task.sleep(for: .milliseconds(1))
            }
            store.close()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(
            counts.allSatisfy { $0 == 200 },
            "A scan that began before the close goes on to its end."
        )
    }

    /// A line of it that cannot be written ends the process with the next one: RocksDB 7.8.3 asserts that nobody writes to
    /// a file after an error.
    @Test func `keeps no diary that a full disk could break`() throws {
        try withFolder { folder in
            let path = folder + "/store"
            for _ in 0 ..< 2 {
                let store = try RocksStore.open(path)
                try store.open(family)
                try store.open(Family("others"))
                try store.write(["a": "1"])
                try store.flush(family)
                store.close()
            }
            let diaries = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasPrefix("LOG") }
            for diary in diaries {
                let size = try FileManager.default.attributesOfItem(atPath: "\(path)/\(diary)")[
                    .size
                ]
                #expect(size as? Int == 0, "\(diary)")
            }
        }
    }
}
