import Foundation
import RocksStore
import Store

/// The stores that must obey the same laws.
enum Kind: String, CaseIterable {
    case memory, rocks

    /// Lends an empty store with one family, and clears away after it.
    func withStore(_ body: (any Store) throws -> Void) throws {
        switch self {
        case .memory:
            let store = MemoryStore()
            try store.open(family)
            try body(store)
        case .rocks:
            try withFolder { folder in
                let store = try RocksStore.open(folder + "/store")
                try store.open(family)
                try body(store)
                store.close()
            }
        }
    }
}

let family = Family("birds")

/// Lends an empty folder.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "store-\(UUID().uuidString)"
    )
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

extension StoreReader {
    /// The rows of a range as text.
    func rows(
        from lower: String = "",
        to upper: String? = nil,
        in family: Family = family
    ) throws -> [String] {
        var rows: [String] = []
        try scan(family, from: Array(lower.utf8), to: upper.map { Array($0.utf8) }) { key, value in
            rows.append("\(text(key))=\(text(value))")
            return true
        }
        return rows
    }

    func value(_ key: String) throws -> String? {
        try value(of: Array(key.utf8), in: family).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every row of a family.
    func everything(in family: Family = family) throws -> [[UInt8]: [UInt8]] {
        var rows: [[UInt8]: [UInt8]] = [:]
        try scan(family, from: [], to: nil) { key, value in
            rows[bytes(key)] = bytes(value)
            return true
        }
        return rows
    }
}

extension Store {
    /// Writes rows in one batch; nil removes.
    func write(_ rows: KeyValuePairs<String, String?>, to family: Family = family) throws {
        var batch = WriteBatch()
        for (key, value) in rows { batch.put(value.map { Array($0.utf8) }, at: Array(key.utf8)) }
        try write(batch, to: family)
    }
}

func bytes(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { [UInt8]($0) } }
func text(_ span: RawSpan) -> String { String(decoding: bytes(span), as: UTF8.self) }
