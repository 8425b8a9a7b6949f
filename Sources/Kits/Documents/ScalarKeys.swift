public import Bytes
internal import JSON

extension DocumentKey where Value == String {
    /// Any text that is not blank. `expectation` completes the sentence "It takes …".
    public static func text(
        _ name: String,
        _ about: String,
        isRequired: Bool = false,
        takes expectation: String
    ) -> DocumentKey {
        DocumentKey(
            name,
            about,
            isRequired: isRequired,
            schema: ["type": "string", "minLength": 1]
        ) { element in
            element.scalar(takes: expectation) { $0.isBlank ? nil : $0 }
        }
    }
}

extension DocumentKey where Value == Int64 {
    public static func integer(
        _ name: String,
        _ about: String,
        isRequired: Bool = false,
        in range: ClosedRange<Int64>
    ) -> DocumentKey {
        let isAny = range == .min ... .max
        return DocumentKey(
            name,
            about,
            isRequired: isRequired,
            schema: isAny
                ? ["type": "integer"]
                : [
                    "type": "integer", "minimum": .integer(range.lowerBound),
                    "maximum": .integer(range.upperBound),
                ]
        ) { element in
            element.scalar(
                takes: isAny
                    ? "a whole number of 64 bits"
                    : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            ) { text in Int64(text).flatMap { range.contains($0) ? $0 : nil } }
        }
    }
}

extension DocumentKey where Value == Bool {
    public static func bool(_ name: String, _ about: String) -> DocumentKey {
        DocumentKey(name, about, schema: ["type": "boolean"]) { element in
            element.scalar(takes: "`true` or `false`") { text in
                text == "true" ? true : text == "false" ? false : nil
            }
        }
    }
}

extension DocumentKey where Value == TimeSpan {
    public static func span(
        _ name: String,
        _ about: String,
        isRequired: Bool = false
    ) -> DocumentKey {
        DocumentKey(name, about, isRequired: isRequired, schema: DocumentSchema.span) { element in
            element.scalar(takes: "a length of time such as `0s`, `15m`, `1h` or `30d`") {
                TimeSpan($0)
            }
        }
    }
}

extension DocumentKey where Value == Instant {
    public static func instant(_ name: String, _ about: String) -> DocumentKey {
        DocumentKey(name, about, schema: ["type": "string", "format": "date-time"]) { element in
            element.scalar(
                takes: "an RFC 3339 time with an offset such as `2013-01-01T00:00:00Z`"
            ) { text in
                // With its offset, the first or last day may lie outside the years it can write.
                Instant(rfc3339: text).flatMap { Instant(rfc3339: $0.rfc3339) == $0 ? $0 : nil }
            }
        }
    }
}
