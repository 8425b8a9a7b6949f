import Chance
import Foundation
import RocksStore
import Store
import Testing

/// One byte of one file is changed, and the store is opened, read and verified.
@Suite struct `A store with a changed byte` {
    @Test func `names it wherever in a table it is, and serves no changed row`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        try withFolder { folder in
            let original = folder + "/original"
            let model = try fill(original, &random)
            // Files that no longer count may still lie about; nobody reads those.
            let list = try String(contentsOfFile: original + "/CHECKSUMS", encoding: .utf8)
            let tables = try files(original).filter { $0.hasSuffix(".sst") && list.contains($0) }
            try #require(tables.count >= 3)
            var found: [Found: Int] = [:]
            for flip in 0 ..< 300 {
                let change = try Change(anyOf: tables, in: original, &random)
                let place: Comment = "seed \(seed), flip \(flip): \(change)"
                let copy = folder + "/copy"
                try change.apply(to: original, copiedTo: copy)
                let how = try look(at: copy, model, place)
                #expect(how != .nowhere, place)
                found[how, default: 0] += 1
                try FileManager.default.removeItem(atPath: copy)
            }
            print("Changed bytes of tables were found: \(text(of: found))")
        }
    }

    @Test func `names it in the files that say which tables count`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        try withFolder { folder in
            let original = folder + "/original"
            let model = try fill(original, &random)
            let lists = try files(original).filter {
                $0.hasPrefix("MANIFEST-") || $0 == "CURRENT" || $0 == "CHECKSUMS"
            }
            try #require(lists.count == 3)
            var found: [Found: Int] = [:]
            for flip in 0 ..< 150 {
                let change = try Change(anyOf: [lists[flip % 3]], in: original, &random)
                let place: Comment = "seed \(seed), flip \(flip): \(change)"
                let copy = folder + "/copy"
                try change.apply(to: original, copiedTo: copy)
                let how = try look(at: copy, model, place)
                #expect(how == .atStart, place)
                found[how, default: 0] += 1
                try FileManager.default.removeItem(atPath: copy)
            }
            print("Changed bytes of lists were found: \(text(of: found))")
        }
    }

    @Test func `is told from one that has lost a file`() throws {
        try withFolder { folder in
            var random = SeededRandom(seed: newSeed())
            _ = try fill(folder + "/original", &random)
            for name in try files(folder + "/original")
            where name.hasSuffix(".sst") || name == "CURRENT" {
                try FileManager.default.copyItem(
                    atPath: folder + "/original",
                    toPath: folder + "/copy"
                )
                try FileManager.default.removeItem(atPath: folder + "/copy/\(name)")
                let error = #expect(throws: StoreError.self) {
                    try RocksStore.open(folder + "/copy")
                }
                guard case .corrupt = error else {
                    Issue.record("Without \(name): \(String(describing: error))")
                    continue
                }
                try RocksStore.destroy(folder + "/copy")
                try RocksStore.open(folder + "/copy").close()
                try FileManager.default.removeItem(atPath: folder + "/copy")
            }
        }
    }

    /// When a change was found.
    private enum Found: String { case atStart, atRead, atVerify, nowhere }

    private func text(of found: [Found: Int]) -> String {
        found.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", ")
    }

    /// A byte and what it becomes.
    private struct Change: CustomStringConvertible {
        let file: String
        let offset: Int
        let bits: UInt8

        init(anyOf files: [String], in folder: String, _ random: inout SeededRandom) throws {
            file = try #require(files.randomElement(using: &random))
            let size = try Data(contentsOf: URL(filePath: "\(folder)/\(file)")).count
            // The end has the small blocks: filter, index, properties, footer.
            let ranges = [0 ..< size, max(0, size - 2_500) ..< size, max(0, size - 400) ..< size]
            let range = try #require(ranges.randomElement(using: &random))
            offset = Int.random(in: range, using: &random)
            bits = UInt8.random(in: 1 ... 255, using: &random)
        }

        func apply(to original: String, copiedTo copy: String) throws {
            try FileManager.default.copyItem(atPath: original, toPath: copy)
            let url = URL(filePath: "\(copy)/\(file)")
            var bytes = try Data(contentsOf: url)
            bytes[offset] ^= bits
            try bytes.write(to: url)
        }

        var description: String { "byte \(offset) of \(file) changed by \(bits)" }
    }

    private func look(
        at path: String,
        _ model: [Family: [[UInt8]: [UInt8]]],
        _ place: Comment
    ) throws -> Found {
        let store: RocksStore
        do {
            store = try RocksStore.open(path)
        } catch {
            expectCorrupt(error, place)
            return .atStart
        }
        defer { store.close() }
        var found = Found.nowhere
        for (family, rows) in model {
            do {
                #expect(try store.everything(in: family) == rows, place)
                let keys = Array(rows.keys)
                #expect(try store.values(of: keys, in: family) == keys.map { rows[$0] }, place)
            } catch let error as StoreError {
                expectCorrupt(error, place)
                found = .atRead
            }
        }
        do {
            try store.verify()
            return .nowhere
        } catch {
            expectCorrupt(error, place)
            return found == .atRead ? .atRead : .atVerify
        }
    }

    private func expectCorrupt(_ error: StoreError, _ place: Comment) {
        guard case .corrupt(let message) = error else {
            Issue.record("Not called damage: \(error), \(place)")
            return
        }
        let isNamed = [".sst", "MANIFEST", "CURRENT", "CHECKSUMS"].contains { message.contains($0) }
        #expect(isNamed, "The message names no file: \(message), \(place)")
    }

    /// Some tables in two families, a part of them compressed, and what they hold.
    private func fill(
        _ path: String,
        _ random: inout SeededRandom
    ) throws -> [Family: [[UInt8]: [UInt8]]] {
        var model: [Family: [[UInt8]: [UInt8]]] = [:]
        let store = try RocksStore.open(path)
        for name in ["bees", "birds"] { try store.open(Family(name)) }
        for round in 0 ..< 7 {
            let family = Family(round % 3 == 0 ? "bees" : "birds")
            var batch = WriteBatch()
            for _ in 0 ..< 300 {
                let key = Array("row \(Int.random(in: 0..<2_000, using: &random))".utf8)
                // So long that a table is larger than the end of it that is read at the start.
                var value = [UInt8](repeating: UInt8(round), count: 400)
                for place in 0 ..< 200 {
                    value[place] = UInt8.random(in: 0 ... 255, using: &random)
                }
                batch.put(value, at: key)
                model[family, default: [:]][key] = value
            }
            try store.write(batch, to: family)
            try store.flush(family)
        }
        store.close()
        return model
    }

    private func files(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
