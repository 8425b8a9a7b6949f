/// Which names a topic may have. Source: org.apache.kafka.common.internals.Topic.
enum TopicName {
    static let longest = 249

    /// Whether only the broker itself writes to it.
    static func isInternal(_ name: String) -> Bool { name == StoredOffsetLog.topic }

    /// Why this is no name for a topic; nil where it is one.
    static func fault(in name: String) -> String? {
        if name.isEmpty { return "A topic's name must not be empty." }
        if name == "." || name == ".." { return "A topic must not be named \"\(name)\"." }
        if name.utf8.count > longest {
            return
                "A topic's name has at most \(longest) characters, and this one has \(name.utf8.count)."
        }
        guard name.utf8.allSatisfy(isAllowed) else {
            return "A topic's name has only ASCII letters, digits, '.', '_' and '-'."
        }
        return nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a") ... UInt8(ascii: "z"), UInt8(ascii: "A") ... UInt8(ascii: "Z"),
            UInt8(ascii: "0") ... UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
