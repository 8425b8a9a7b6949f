public import Bytes
internal import Logs

extension StreamDefinition.Field: Stored {
    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        type.rawValue.write(to: &writer)
        isOptional.write(to: &writer)
        writer.appendVarint(UInt64(oneOf.count))
        for text in oneOf { text.write(to: &writer) }
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let name = try String(from: &reader)
        let start = reader.position
        guard let type = FieldType(rawValue: try String(from: &reader)) else {
            throw .malformed("a field of an unknown type", at: start)
        }
        let isOptional = try Bool(from: &reader)
        var oneOf: [String] = []
        for _ in 0 ..< (try reader.readCount()) { oneOf.append(try String(from: &reader)) }
        self.init(name, type, isOptional: isOptional, oneOf: oneOf)
    }
}

extension StreamDefinition: Stored {
    public func write(to writer: inout ByteWriter) {
        for text in [name, description, owner, topic] { text.write(to: &writer) }
        Int64(partitions).write(to: &writer)
        retention.write(to: &writer)
        for text in [format.rawValue, key, time] { text.write(to: &writer) }
        identity.write(to: &writer)
        lateness.microseconds.write(to: &writer)
        (idle?.microseconds).write(to: &writer)
        notBefore.write(to: &writer)
        notAfter.write(to: &writer)
        writer.appendVarint(UInt64(fields.count))
        for field in fields { field.write(to: &writer) }
    }

    /// Refuses a definition that breaks the rules, so that nobody downstream meets one.
    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        let name = try String(from: &reader)
        let description = try String(from: &reader)
        let owner = try String(from: &reader)
        let topic = try String(from: &reader)
        guard let partitions = Int32(exactly: try Int64(from: &reader)) else {
            throw .malformed("a partition count out of range", at: start)
        }
        let retention = try Retention(from: &reader)
        guard let format = Format(rawValue: try String(from: &reader)) else {
            throw .malformed("an unknown format", at: start)
        }
        let key = try String(from: &reader)
        let time = try String(from: &reader)
        let identity = try String?(from: &reader)
        let lateness = TimeSpan(microseconds: try Int64(from: &reader))
        let idle = try Int64?(from: &reader)
        let notBefore = try Instant?(from: &reader)
        let notAfter = try Instant?(from: &reader)
        var fields: [Field] = []
        for _ in 0 ..< (try reader.readCount()) { fields.append(try Field(from: &reader)) }
        self.init(
            name: name,
            description: description,
            owner: owner,
            topic: topic,
            partitions: partitions,
            retention: retention,
            format: format,
            key: key,
            time: time,
            identity: identity,
            lateness: lateness,
            idle: idle.map { TimeSpan(microseconds: $0) },
            notBefore: notBefore,
            notAfter: notAfter,
            fields: fields
        )
        if let problem = problems.first {
            throw .malformed("a stream definition: \(problem.message)", at: start)
        }
    }
}

extension Retention {
    fileprivate func write(to writer: inout ByteWriter) {
        switch self {
        case .forever: writer.append(UInt8(0))
        case .latestPerKey: writer.append(UInt8(1))
        case .span(let span):
            writer.append(UInt8(2))
            span.microseconds.write(to: &writer)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case 0: self = .forever
        case 1: self = .latestPerKey
        case 2: self = .span(TimeSpan(microseconds: try Int64(from: &reader)))
        default: throw .malformed("an unknown retention", at: start)
        }
    }
}

extension ByteReader {
    /// A count of things that take at least one byte each, so no more can follow than bytes are
    /// left.
    fileprivate mutating func readCount() throws(ByteError) -> Int {
        let start = position
        guard let count = Int(exactly: try readVarint()), count <= remaining else {
            throw .truncated(at: start)
        }
        return count
    }
}
