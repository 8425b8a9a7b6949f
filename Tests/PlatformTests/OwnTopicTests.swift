import Bytes
import Events
import Logs
import Testing

@Suite struct `A topic of the platform's own that would lose history` {
    @Test(
        arguments: [
            (.span(.seconds(1)), "has retention.ms=1000,"),
            (.span(.seconds(0)), "has retention.bytes, or retention.ms=0,"),
            (.latestPerKey, "has cleanup.policy=compact,"),
        ] as [(Retention, String)]
    )
    func `keeps the server from starting, which says how it is set and how to set it`(
        retention: Retention,
        has: String
    ) async throws {
        let log = memoryLog()
        try log.create(TopicSpec(StreamEvent.topic.name, partitions: 1, retention: retention))
        await #expect {
            _ = try await Stand.start(log)
        } throws: { error in
            let text = "\(error)"
            return text.contains("the topic tributary.streams \(has)")
                && text.contains("cleanup.policy=delete, retention.ms=-1 and retention.bytes=-1")
                && text.contains("`tributary broker --data DIR`")
        }
    }
}
