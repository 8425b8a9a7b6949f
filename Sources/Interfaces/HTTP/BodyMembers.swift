public import Bytes
internal import Documents
public import JSON

extension JSONValue {
    /// A member that is a time; nil where it is not there, or null.
    public func instant(_ name: String, pointer: String? = nil) throws -> Instant? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let instant = value.string.flatMap({ Instant(rfc3339: $0) }) else {
            throw Problem.invalid(
                "`\(name)` is \(value.phrase): write an RFC 3339 time with an offset, such as 2013-03-30T00:00:00-04:00.",
                pointer: pointer ?? "/\(name)"
            )
        }
        return instant
    }
}
