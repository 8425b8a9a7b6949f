public import Bytes

/// Who stands at a stage of a model, and who stood there before.
public struct Standing: Stored, Hashable {
    /// The version that stands there.
    public var holder: Int64?
    /// Those before, the last at the end. A roll back takes from here, so that the next one goes back further.
    public var former: [Int64]

    public init(holder: Int64? = nil, former: [Int64] = []) {
        self.holder = holder
        self.former = former
    }

    /// Whom a roll back of the stage brings back; nil where nobody stood there before.
    /// `production`: Who stands at production. That one is not taken away from there.
    public func wayBack(at stage: Stage, production: Int64?) -> Int64? {
        former.last { $0 != holder && (stage == .production || $0 != production) }
    }

    /// The version leaves, and nobody comes.
    mutating func vacate() {
        if let holder { former.append(holder) }
        holder = nil
    }

    mutating func take(_ version: Int64) {
        vacate()
        holder = version
    }

    /// Puts back one that stood there before, and forgets whoever came after it. False where it never did.
    mutating func restore(_ version: Int64) -> Bool {
        guard let index = former.lastIndex(of: version) else { return false }
        former.removeSubrange(index...)
        holder = version
        return true
    }

    public func write(to writer: inout ByteWriter) {
        holder.write(to: &writer)
        writer.appendList(former)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        holder = try Int64?(from: &reader)
        former = try reader.readList()
    }
}
