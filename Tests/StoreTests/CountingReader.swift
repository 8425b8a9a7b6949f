import Store
import Synchronization

/// Passes reads on and notes them.
final class CountingReader: StoreReader {
    let calls = Calls()
    private let reader: any StoreReader

    init(_ reader: any StoreReader) { self.reader = reader }

    /// What was asked, in order.
    final class Calls: Sendable {
        private let list = Mutex<[String]>([])
        var current: [String] { list.withLock { $0 } }
        func note(_ call: String) { list.withLock { $0.append(call) } }
    }

    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        calls.note("value")
        return try reader.value(of: key, in: family)
    }

    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        calls.note("values of \(keys.count)")
        return try reader.values(of: keys, in: family)
    }

    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        calls.note("scan")
        try reader.scan(family, from: lower, to: upper, body)
    }
}
