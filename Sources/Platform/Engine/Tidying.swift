internal import Bytes
internal import Logs
internal import Projections
internal import Store
internal import Synchronization

/// Removes the rows of an outbox whose outputs are folded, from the first on until one is not.
final class Tidying<Reaction: Reactor>: Sendable {
    private let reactor: Reaction
    private let input: Partition
    private let offsets: ClosedRange<Offset>
    private let limit: Int
    private let last = Mutex<Offset?>(nil)

    /// `start`: Rows up to here are gone.
    init(
        _ reactor: Reaction,
        on input: Partition,
        behind start: Offset,
        through end: Offset,
        limit: Int
    ) {
        self.reactor = reactor
        self.input = input
        self.offsets = start ... end
        self.limit = limit
    }

    /// Up to where none is left; nil: nothing was done.
    var end: Offset? { last.withLock { $0 } }

    func run(in store: any Store) throws(StoreError) {
        var answered: [Offset] = []
        var end = offsets.upperBound
        let rows = try reactor.queue.next(
            after: offsets.lowerBound,
            of: input.index,
            limit: limit,
            in: store
        )
        // There may be more than are read at once.
        if let row = rows.last { end = min(end, row.offset) }
        for row in rows where row.offset <= end {
            let id = reactor.id(of: row, at: Position(input, row.offset))
            guard try reactor.isAnswered(id, of: input, in: store) else {
                end = row.offset - 1
                break
            }
            answered.append(row.offset)
        }
        try reactor.queue.remove(answered, of: input.index, from: store)
        last.withLock { $0 = end }
    }
}
