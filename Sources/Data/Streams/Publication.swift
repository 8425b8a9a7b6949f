public import Bytes
public import Logs
public import Records

/// What `publish` writes beside each record, so that whatever is sent again after a kill takes effect once.
public enum Publication {
    /// The source that stands for a file: its content, wherever it lies.
    public static func source(ofFile digest: Digest) -> String { "urn:sha256:\(digest.hex)" }

    /// `identity`: Of the record, where the stream has one: then the id follows from it, whatever file it came in.
    /// `line`: Counted from 1.
    public static func headers(
        stream: String,
        source: String,
        line: Int64,
        identity: [UInt8]?
    ) -> [Header] {
        let id =
            identity.map { EventID(of: Array(stream.utf8), Array("identity".utf8), $0) }
            ?? EventID(of: Array(stream.utf8), Array(source.utf8), line.orderedBytes)
        return [
            Header("ce_specversion", "1.0"), Header("ce_id", id.description),
            Header(Admission.sourceHeader, source),
            Header("ce_type", "tributary.record.v1"),
            Header(Admission.sequenceHeader, String(line)),
        ]
    }

    /// The keys that records of a stream get, in their order; nil for a record that is not of the stream.
    public static func keys(
        of values: [[UInt8]],
        in definition: StreamDefinition,
        at now: Instant
    ) -> [[UInt8]?] {
        let reader = RecordReader(definition)
        return values.map { value in
            do throws(Refusal) {
                return try reader.read(value: value[...], arrival: now).key
            } catch {
                return nil
            }
        }
    }
}
