/// Which topics are nobody's but the broker's own.
enum TopicName {
    /// Whether only the broker itself writes to it.
    static func isInternal(_ name: String) -> Bool { name == StoredOffsetLog.topic }
}
