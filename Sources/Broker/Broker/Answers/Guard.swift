/// Which topics whoever asks may not create, set, give partitions or delete.
extension Answers {
    /// Whether only the server's own clients may, and another asks.
    func isGuarded(_ topic: String) -> Bool {
        !isOwn && settings.guardedTopicPrefixes.contains { topic.hasPrefix($0) }
    }

    func checkMayChange(_ topic: String) throws(Refusal) {
        guard !TopicName.isInternal(topic) else {
            throw Refusal(.invalidTopic, "Topic \(topic) belongs to the broker.")
        }
        guard !isGuarded(topic) else {
            throw Refusal(
                .policyViolation,
                "Topic \(topic) belongs to the platform, whose server alone creates, sets and deletes topics of such a "
                    + "name. Take another name, or stop the server and ask a `tributary broker` on the same --data."
            )
        }
    }
}
