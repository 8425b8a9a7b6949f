/// Which names resources and columns may have.
public enum Names {
    public static let maximumLength = 249
    /// Of the resources that people declare, as a regular expression.
    public static let pattern = "^[a-zA-Z0-9._-]{1,249}$"
    public static let columnPattern = "^[a-zA-Z_][a-zA-Z0-9_]*$"

    /// The topics that Kafka keeps for itself and lets nobody else create or write to.
    private static let kafkasOwn: Set<String> = [
        "__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata",
        "__remote_log_metadata",
    ]

    /// What is wrong with the name of a resource; nil for a good one. Kafka's rule for topics,
    /// which some names become, and one of ours.
    public static func fault(of name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= maximumLength, name.utf8.allSatisfy(isNameByte)
        else { return "a name has 1 to \(maximumLength) of a-z, A-Z, 0-9, `.`, `_` and `-`." }
        if name == "." || name == ".." { return "Kafka allows no topic `\(name)`." }
        if kafkasOwn.contains(name) { return "the topic `\(name)` is Kafka's own." }
        if name.hasPrefix("tributary.") {
            return "names that begin with `tributary.` are the platform's own."
        }
        return nil
    }

    /// What is wrong with the name of a field or column; nil for a good one.
    public static func fault(ofColumn name: String, of title: String) -> String? {
        guard let first = name.utf8.first, !isDigit(first), name.utf8.count <= maximumLength,
            name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
        else {
            return "\(title)'s name has letters, digits and `_`, begins with no digit "
                + "and is at most \(maximumLength) long."
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || ".-_".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a") ... UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte)
    }
}
