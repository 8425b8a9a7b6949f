internal import Logs

/// How far one partition was read.
@safe struct Feed {
    let partition: Partition
    let topic: OpaquePointer
    var next: Offset
}

/// The partitions that a reader reads, found by what stands in librdkafka's messages.
@safe struct Feeds {
    private(set) var all: [Feed] = []
    private var last = 0

    mutating func add(_ feed: Feed) { all.append(feed) }

    mutating func remove(_ partition: Partition) -> Feed? {
        last = 0
        guard let index = all.firstIndex(where: { $0.partition == partition }) else { return nil }
        return all.remove(at: index)
    }

    /// Messages of one partition follow each other, so the feed of the one before is looked at first.
    mutating func index(of topic: OpaquePointer?, _ partition: Int32) -> Int? {
        if last < all.count, unsafe all[last].topic == topic, all[last].partition.index == partition
        {
            return last
        }
        let found = all.firstIndex { unsafe $0.topic == topic && $0.partition.index == partition }
        guard let found else { return nil }
        last = found
        return found
    }

    func next(at index: Int) -> Offset { all[index].next }
    mutating func advance(_ index: Int, to next: Offset) { all[index].next = next }
}
