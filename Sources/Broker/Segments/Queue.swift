/// First in, first out, with random access. Taking from the front costs nothing on average.
struct Queue<Element: Sendable>: Sendable {
    private var slots: [Element?] = []
    private var head = 0

    var count: Int { slots.count - head }
    var isEmpty: Bool { count == 0 }

    var first: Element? { isEmpty ? nil : self[0] }
    var last: Element? { isEmpty ? nil : self[count - 1] }

    subscript(index: Int) -> Element {
        guard let element = slots[head + index] else {
            preconditionFailure("A slot behind the head of a queue is never empty.")
        }
        return element
    }

    mutating func append(_ element: Element) { slots.append(element) }

    mutating func popFirst() -> Element? {
        guard head < slots.count else { return nil }
        let element = slots[head]
        slots[head] = nil
        head += 1
        if head > 32, head > slots.count / 2 {
            slots.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func popLast() -> Element? {
        isEmpty ? nil : slots.removeLast()
    }

    /// Takes everything, oldest first.
    mutating func takeAll() -> [Element] {
        defer { self = Queue() }
        return slots[head...].compactMap { $0 }
    }

    func contains(where predicate: (Element) -> Bool) -> Bool {
        (0 ..< count).contains { predicate(self[$0]) }
    }

    /// How many elements from the front satisfy a predicate that is true first and false after.
    func partitionPoint(where isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
