internal import Bytes
public import Logs
internal import SwiftProtobuf

extension PlatformEvent {
    /// Reads what a record says, or says why it is no event of this release.
    ///
    /// A record without an envelope, or with a type that is not of this topic, is malformed and
    /// never stops anyone, so a stranger's record cannot. Any other is of a later release if its
    /// type, a field at any depth, or a value of an enumeration is unknown here.
    public static func decode(
        _ record: Record
    ) throws(EventError) -> (envelope: Envelope, event: Self) {
        let envelope: Envelope
        do throws(EnvelopeError) {
            envelope = try Envelope(record)
        } catch {
            throw .malformed(error.description)
        }
        guard let key = record.key, key.elementsEqual(envelope.subject.utf8) else {
            throw .malformed("the key of the record is not its `ce_subject`")
        }
        guard !isControl || envelope.revision != nil else {
            throw .malformed(EnvelopeError.missing(header: HeaderName.revision).description)
        }
        guard typeNames.contains(envelope.type) else {
            guard envelope.type.hasPrefix(topic.name + ".") else {
                throw .malformed("\(envelope.type) is no type of \(topic.name)")
            }
            throw .unknownFact(type: envelope.type)
        }
        guard record.text(HeaderName.contentType) == Envelope.contentType else {
            throw .malformed(
                "the header `\(HeaderName.contentType)` is not \(Envelope.contentType)"
            )
        }
        guard let value = record.value else { throw .malformed("the record has no value") }
        let event: Self
        do {
            event = try Self(serializedBytes: LentBytes(slice: value))
        } catch {
            throw .malformed("the value is no \(protoMessageName): \(error)")
        }
        guard !event.isOfLaterRelease else { throw .unknownFact(type: envelope.type) }
        guard let held = event.typeName else { throw .malformed("the value holds no fact") }
        guard envelope.type == held else {
            throw .malformed(
                "`\(HeaderName.type)` says \(envelope.type), and the value holds \(held)"
            )
        }
        return (envelope, event)
    }

    /// The record of this fact: the subject is the key, the envelope the headers, the message the
    /// value.
    public func newRecord(_ envelope: Envelope) -> NewRecord {
        guard let typeName else {
            preconditionFailure("A message without a fact is never written.")
        }
        precondition(
            !Self.isControl || envelope.revision != nil,
            "A fact of a control topic has a revision."
        )
        precondition(!envelope.subject.isEmpty, "A fact belongs to a subject.")
        var envelope = envelope
        envelope.type = typeName
        return NewRecord(
            key: Array(envelope.subject.utf8),
            value: encoded,
            headers: envelope.headers()
        )
    }

    /// Proto3 messages have no required fields, so the only way to fail is 2 GiB in one message.
    private var encoded: [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            preconditionFailure("A fact is smaller than 2 GiB: \(error)")
        }
    }
}

/// A record's value, lent to the decoder where it lies in its batch.
private struct LentBytes: SwiftProtobufContiguousBytes {
    var slice: ArraySlice<UInt8>

    init(slice: ArraySlice<UInt8>) { self.slice = slice }
    init(repeating byte: UInt8, count: Int) { slice = ArraySlice(repeating: byte, count: count) }
    init(_ sequence: some Sequence<UInt8>) { slice = ArraySlice(sequence) }

    var count: Int { slice.count }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try slice.withUnsafeBytes(body)
    }

    mutating func withUnsafeMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> R
    ) rethrows -> R {
        try slice.withUnsafeMutableBytes(body)
    }
}
