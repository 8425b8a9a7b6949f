#if canImport(Glibc)
private import Glibc
#endif

/// Rows in the order of their keys, in pieces of a few hundred: an insertion moves little, and two
/// copies share every piece that neither has changed.
struct SortedRows: Sendable {
    /// A key and what stands there.
    struct Row: Sendable {
        var key: [UInt8]
        var value: [UInt8]
    }

    /// Where a row stands, or where it would.
    struct Place {
        var piece: Int
        var index: Int
    }

    private static let pieceLimit = 512

    /// None of them is empty.
    private var pieces: [[Row]] = []

    subscript(key: [UInt8]) -> [UInt8]? {
        let place = place(of: key)
        guard let row = row(at: place), row.key == key else { return nil }
        return row.value
    }

    mutating func put(_ value: [UInt8]?, at key: [UInt8]) {
        let place = place(of: key)
        let isThere = row(at: place)?.key == key
        switch (value, isThere) {
        case (let value?, true): pieces[place.piece][place.index].value = value
        case (let value?, false): insert(Row(key: key, value: value), at: place)
        case (nil, true): remove(at: place)
        case (nil, false): break
        }
    }

    mutating func removeAll(from lower: [UInt8], to upper: [UInt8]?) {
        let start = place(of: lower)
        let end = upper.map { place(of: $0) } ?? Place(piece: pieces.count, index: 0)
        guard start.piece < pieces.count, (start.piece, start.index) < (end.piece, end.index) else {
            return
        }
        var kept = Array(pieces[start.piece][..<start.index])
        if end.piece < pieces.count { kept += pieces[end.piece][end.index...] }
        let touched = start.piece ..< min(end.piece + 1, pieces.count)
        pieces.replaceSubrange(touched, with: Self.split(kept))
    }

    /// Calls `body` with the rows of `lower ..< upper` until it returns false.
    func scan(
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var start = place(of: lower)
        while start.piece < pieces.count {
            for row in pieces[start.piece][start.index...] {
                if let upper, !Self.precedes(row.key, upper) { return }
                guard try body(row.key.span.bytes, row.value.span.bytes) else { return }
            }
            start = Place(piece: start.piece + 1, index: 0)
        }
    }

    /// The first row that does not come before `key`. It may lie one behind the last row of its
    /// piece only where no piece follows.
    private func place(of key: [UInt8]) -> Place {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(key, pieces[middle][0].key) { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return Place(piece: 0, index: 0) }
        let piece = low - 1
        (low, high) = (0, pieces[piece].count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(pieces[piece][middle].key, key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return Place(piece: piece, index: low)
    }

    private func row(at place: Place) -> Row? {
        guard place.piece < pieces.count, place.index < pieces[place.piece].count else {
            return nil
        }
        return pieces[place.piece][place.index]
    }

    private mutating func insert(_ row: Row, at place: Place) {
        guard place.piece < pieces.count else {
            pieces.append([row])
            return
        }
        pieces[place.piece].insert(row, at: place.index)
        guard pieces[place.piece].count > Self.pieceLimit else { return }
        // Rows that come in order would leave every piece half empty if it were cut in the middle.
        let isLast = place.piece == pieces.count - 1 && place.index == Self.pieceLimit
        let cut = isLast ? Self.pieceLimit : Self.pieceLimit / 2
        let tail = Array(pieces[place.piece][cut...])
        pieces[place.piece].removeLast(tail.count)
        pieces.insert(tail, at: place.piece + 1)
    }

    private mutating func remove(at place: Place) {
        pieces[place.piece].remove(at: place.index)
        if pieces[place.piece].isEmpty { pieces.remove(at: place.piece) }
    }

    private static func split(_ rows: [Row]) -> [[Row]] {
        stride(from: 0, to: rows.count, by: pieceLimit).map {
            Array(rows[$0 ..< min($0 + pieceLimit, rows.count)])
        }
    }

    private static func precedes(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.withUnsafeBytes { one in
            other.withUnsafeBytes { other in
                let common = min(one.count, other.count)
                guard common > 0, let a = one.baseAddress, let b = other.baseAddress else {
                    return one.count < other.count
                }
                let order = memcmp(a, b, common)
                return order == 0 ? one.count < other.count : order < 0
            }
        }
    }
}
