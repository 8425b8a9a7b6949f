/// What Kafka lets a topic be called.
public enum TopicName {
    /// Source: org.apache.kafka.common.internals.Topic.validate.
    public static let longest = 249

    /// Why a name cannot be a topic's; nil for a good one.
    public static func fault(in name: String) -> String? {
        if name.isEmpty { return "A topic needs a name." }
        if name == "." || name == ".." { return "A topic cannot be called \(name)." }
        if name.utf8.count > longest {
            return "A topic's name has at most \(longest) characters; this has \(name.utf8.count)."
        }
        guard name.utf8.allSatisfy({ isAllowed($0) }) else {
            return "A topic's name has letters, digits, '.', '_' and '-' only: \(name)"
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
