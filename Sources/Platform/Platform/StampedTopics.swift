internal import Engine
internal import Logs
internal import Synchronization

/// Whose clock stamps the records of streams.
extension Platform {
    /// Lets the log stamp what comes to streams from now on: topics that an earlier release or somebody else created
    /// leave that to their writers, and then nobody knows when a record came. Where it may not be set, it stays so, which
    /// is said once. Blocks.
    /// `topics`: Those of streams.
    /// `stamps`: Those of all topics that exist, and then as they are by now.
    func stampTopics(
        _ topics: Set<String>,
        _ stamps: inout [String: Stamp]
    ) throws(LogError) {
        // Others may read the topics of a cluster by the times that their writers gave.
        guard engine.ownsLog else { return }
        let refused = inputs.withLock { $0.unstampable }
        for topic in topics.sorted()
        where stamps[topic] == .writer && !refused.contains(topic) {
            do throws(LogError) {
                try log.setStamp(.log, of: topic)
                stamps[topic] = .log
                engine.notice(
                    "the log stamps the records of \(topic) from now on: until now their writers did"
                )
            } catch {
                switch error {
                case .refused(let why):
                    inputs.withLock { _ = $0.unstampable.insert(topic) }
                    engine.notice(
                        "it is not known when records come to \(topic): that the log stamps them could not be set: \(why)"
                    )
                // Gone since it was listed: it is made anew like any that is missing.
                case .unknownTopic: continue
                // Whoever makes seats fit tries again.
                case .unreachable, .unknownPartition, .topicExists, .offsetOutOfRange, .corrupt:
                    throw error
                }
            }
        }
    }
}
