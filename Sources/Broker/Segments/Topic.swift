/// One partition of a topic of the broker.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic)/\(partition)" }
}

/// A topic as it was created.
public struct Topic: Sendable, Hashable {
    public let name: String
    /// 16 random bytes, never all zero. A topic deleted and created again has another.
    public let id: [UInt8]
    public let partitions: Int32
    /// Only what was set.
    public let configuration: [String: String]
    public let createdAtMilliseconds: Int64
}

extension Topic {
    /// Why a name cannot be a topic's, by Kafka's own rules; nil if it can.
    /// Source: org.apache.kafka.common.internals.Topic.validate.
    public static func flaw(in name: String) -> String? {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a") ... UInt8(ascii: "z"), UInt8(ascii: "A") ... UInt8(ascii: "Z"),
                UInt8(ascii: "0") ... UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if name.isEmpty { return "A topic needs a name." }
        if name == "." || name == ".." { return "A topic cannot be called \(name)." }
        if name.utf8.count > 249 {
            return "A topic's name has at most 249 characters, and this one has \(name.utf8.count)."
        }
        if !allowed { return "A topic's name holds only letters, digits, '.', '_' and '-'." }
        return nil
    }
}
