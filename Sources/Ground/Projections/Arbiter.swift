public import Bytes
public import Logs
public import Store

/// The one rule that decides between writers of a control topic: a fact takes effect only if its revision is exactly
/// its subject's next number and its id has not taken effect before. Otherwise it is void.
public enum Arbiter {
    /// The number of the last fact of a subject that took effect.
    public static let subjects = Table<String, Int64>("subjects", number: 1, keeps: .newest)
    /// What took effect under an id.
    public static let effects = Table<EventID, Effect>("effects", number: 2, keeps: .newest)

    /// Where a fact took effect, and of which request it came.
    public struct Effect: Stored, Hashable {
        public var offset: Offset
        public var revision: Int64
        /// Digest of the request that caused it; the same key with another request is refused.
        public var request: Digest?

        public init(offset: Offset, revision: Int64, request: Digest?) {
            self.offset = offset
            self.revision = revision
            self.request = request
        }

        public func write(to writer: inout ByteWriter) {
            offset.write(to: &writer)
            revision.write(to: &writer)
            request.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            offset = try Int64(from: &reader)
            revision = try Int64(from: &reader)
            request = try Digest?(from: &reader)
        }
    }

    /// The time from which each fact counts, newest first: the greater of its own and of its predecessor's. The key is
    /// turned over, so that a scan from an instant on meets the last fact before it.
    public static let moments = Table<UInt64, Offset>("moments", number: 3, keeps: .newest)
    static let newestMoment = Table<String, Instant>("newest moment", number: 4, keeps: .newest)

    /// Whether the fact takes effect; if so, that is noted.
    public static func admits(
        id: EventID,
        subject: String,
        revision: Int64,
        request: Digest?,
        time: Instant,
        at offset: Offset,
        in changes: inout Changes
    ) -> Bool {
        guard revision == (changes[subjects, subject] ?? 0) + 1, changes[effects, id] == nil else {
            return false
        }
        changes[subjects, subject] = revision
        changes[effects, id] = Effect(offset: offset, revision: revision, request: request)
        let moment = max(time, changes[newestMoment, ""] ?? time)
        changes[newestMoment, ""] = moment
        changes[moments, momentKey(moment)] = offset
        return true
    }

    /// The time of the newest fact that counted.
    public static func newestMoment(in tables: TableReader) throws(StoreError) -> Instant? {
        try tables.get(newestMoment, "")
    }

    static func momentKey(_ moment: Instant) -> UInt64 {
        .max - (UInt64(bitPattern: moment.microseconds) ^ 1 << 63)
    }

    /// The offset of the last fact that counted at an instant: what to read `as of`. −1 where there was none yet.
    public static func offset(
        asOf instant: Instant,
        in tables: TableReader
    ) throws(StoreError) -> Offset {
        var found: Offset?
        try tables.scan(moments, from: momentKey(instant)) { (_, offset) throws(StoreError) in
            found = offset
            return false
        }
        return found ?? -1
    }
}
