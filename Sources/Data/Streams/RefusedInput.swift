public import Bytes
public import Logs
public import Projections
public import Records

/// A record that was refused, of which a dead letter is to be written.
public struct RefusedInput: Waiting, Hashable {
    public var offset: Offset
    public var checksum: UInt64
    public var timestamp: Instant
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [Header]
    /// The word of the refusal, and its sentence.
    public var reason: String
    public var detail: String
    /// The record's event time, where it could be read.
    public var time: Instant?

    public init(_ record: Record, because refusal: Refusal, time: Instant?) {
        offset = record.offset
        checksum = UInt64(record.checksum)
        timestamp = record.timestamp
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        headers = record.headers
        reason = refusal.word
        detail = refusal.description
        self.time = time
    }

    public var byteCount: Int { 256 + detail.utf8.count + partBytes }

    /// What key, value and headers take.
    var partBytes: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + Self.bytes(of: $1) }
    }

    /// Its lengths and tags take up to twenty more than name and value.
    static func bytes(of header: Header) -> Int {
        header.name.utf8.count + (header.value?.count ?? 0) + 20
    }

    public func write(to writer: inout ByteWriter) {
        offset.write(to: &writer)
        checksum.write(to: &writer)
        timestamp.write(to: &writer)
        key.write(to: &writer)
        value.write(to: &writer)
        writer.appendVarint(UInt64(headers.count))
        for header in headers {
            header.name.write(to: &writer)
            header.value.write(to: &writer)
        }
        reason.write(to: &writer)
        detail.write(to: &writer)
        time.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        offset = try Int64(from: &reader)
        checksum = try UInt64(from: &reader)
        timestamp = try Instant(from: &reader)
        key = try [UInt8]?(from: &reader)
        value = try [UInt8]?(from: &reader)
        headers = []
        let count = try reader.readVarint()
        while headers.count < count {
            let name = try String(from: &reader)
            headers.append(Header(name, try [UInt8]?(from: &reader)))
        }
        reason = try String(from: &reader)
        detail = try String(from: &reader)
        time = try Instant?(from: &reader)
    }
}
