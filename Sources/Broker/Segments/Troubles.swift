internal import Synchronization

extension SegmentStore {
    /// Something that keeps the log from taking or giving all it should.
    public struct Trouble: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// There is no room on the disk. It goes on by itself when there is.
            case diskFull
            /// Files are damaged, or cannot be written.
            case damage
        }

        public var kind: Kind
        public var sentence: String
    }
}

extension StoreState {
    /// What keeps the log from taking or giving all it should.
    var troubles: [SegmentStore.Trouble] {
        var full: [String] = []
        if isFull || lacksRoom {
            full.append("The log takes no writes: the disk is full. Make room on it.")
        }
        return full.map { .init(kind: .diskFull, sentence: $0) }
            + damages.map { .init(kind: .damage, sentence: $0) }
    }

    private var damages: [String] {
        var damages: [String] = []
        if let failure { damages.append("The log takes no writes: \(failure)") }
        if let journalStall {
            damages.append("The log takes no writes: \(journalStall). It is tried again.")
        }
        damages += stalledTopics
        for serial in damaged.sorted() {
            if let trouble = partitions[serial]?.damageTrouble { damages.append(trouble) }
        }
        for finding in findings where finding != failure {
            damages.append("The log is damaged: \(finding)")
        }
        return damages
    }

    /// One sentence for each topic: a thousand partitions are stalled for one reason.
    private var stalledTopics: [String] {
        guard !stalls.isEmpty else { return [] }
        var topics: [String: (reason: String, count: Int)] = [:]
        for serial in stalls.keys.sorted() {
            guard let topic = partitions[serial]?.name.topic, let stall = stalls[serial] else {
                continue
            }
            topics[topic] = (topics[topic]?.reason ?? stall.reason, (topics[topic]?.count ?? 0) + 1)
        }
        return topics.sorted { $0.key < $1.key }.map { topic, stall in
            let partitions = stall.count == 1 ? "a partition" : "\(stall.count) partitions"
            return
                "The log takes no writes for \(partitions) of \(topic): \(stall.reason). It is tried again."
        }
    }
}

extension PartitionState {
    fileprivate var damageTrouble: String? {
        damage.map {
            "\(name) takes no writes: \($0) Put the files back from a copy; or copy what can be read, and then delete "
                + "its records up to offset \(highWatermark) (DeleteRecords): it goes on there."
        }
    }
}

extension Engine {
    /// Remembers something that was found broken, and says it once.
    func note(_ finding: String) {
        state.withLock { state in
            if !state.findings.contains(finding) { state.findings.append(finding) }
        }
        announce()
    }

    /// Says what is new among the troubles. What comes back within a minute is not said again.
    func announce() {
        let troubles = state.withLock { $0.troubles }.map(\.sentence)
        let now = Clock.ticks()
        let news = said.withLock { said in
            said = said.filter { $0.value > now - 60_000 }
            let news = troubles.filter { said[$0] == nil }
            for trouble in troubles { said[trouble] = now }
            return news
        }
        for trouble in news { settings.notice(trouble) }
    }
}
