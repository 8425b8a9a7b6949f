internal import Logs

/// An append that has not been answered yet.
struct Pending: Sendable {
    let topic: String
    let bytes: Int
    let done: @Sendable (Result<Position, AppendError>) -> Void
}

/// The appends under way, by number. librdkafka carries the number and never an object of ours, so that a report
/// that comes twice or not at all cannot touch freed memory.
struct Slots: Sendable {
    private var slots: [Pending?] = []
    private var free: [Int] = []
    private(set) var count = 0
    private(set) var bytes = 0

    /// A number from 1 on: 0 is what librdkafka has for none.
    mutating func insert(_ pending: Pending) -> Int {
        count += 1
        bytes += pending.bytes
        if let index = free.popLast() {
            slots[index] = pending
            return index + 1
        }
        slots.append(pending)
        return slots.count
    }

    mutating func remove(_ number: Int) -> Pending? {
        let index = number - 1
        guard slots.indices.contains(index), let pending = slots[index] else { return nil }
        slots[index] = nil
        free.append(index)
        count -= 1
        bytes -= pending.bytes
        return pending
    }

    mutating func removeAll() -> [Pending] {
        let all = slots.compactMap(\.self)
        self = Slots()
        return all
    }
}
