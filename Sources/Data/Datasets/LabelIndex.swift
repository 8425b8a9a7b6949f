public import Bytes
public import Logs
public import Records

/// How things ended, by what joins an outcome to its row.
public struct LabelIndex: Sendable {
    private var outcomes: [[UInt8]: [Outcome]]

    /// One record of the stream of the label.
    public struct Outcome: Sendable, Hashable {
        /// The text of the field that joins: `FieldValue.joinBytes`.
        public var match: [UInt8]
        public var time: Instant
        public var partition: Int32
        public var offset: Offset
        public var value: FieldValue

        public init(
            match: [UInt8],
            time: Instant,
            partition: Int32,
            offset: Offset,
            value: FieldValue
        ) {
            self.match = match
            self.time = time
            self.partition = partition
            self.offset = offset
            self.value = value
        }

        fileprivate func precedes(_ other: Outcome) -> Bool {
            (time, partition, offset) < (other.time, other.partition, other.offset)
        }
    }

    /// `outcomes`: In any order.
    public init(_ outcomes: some Sequence<Outcome>) {
        self.outcomes = Dictionary(grouping: outcomes, by: \.match).mapValues {
            $0.sorted { $0.precedes($1) }
        }
    }

    /// The first outcome in `t ..< t + within`; of equal times the one in the lowest partition, then at the lowest
    /// offset.
    public func label(
        for match: [UInt8],
        at t: Instant,
        within: TimeSpan
    ) -> FieldValue? {
        guard let outcomes = outcomes[match] else { return nil }
        var (low, high) = (0, outcomes.count)
        while low < high {
            let middle = (low + high) / 2
            if outcomes[middle].time < t { low = middle + 1 } else { high = middle }
        }
        guard low < outcomes.count, outcomes[low].time < t + within else { return nil }
        return outcomes[low].value
    }
}
