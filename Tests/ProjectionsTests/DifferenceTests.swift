import Bytes
import Projections
import Store
import Testing

@Suite struct `The first difference of two states` {
    private func state(_ keys: String...) throws -> MemoryStore {
        let store = try totalsStore()
        var changes = Changes(over: store, family: Totals.family, shelf: Totals().shelf(of: 0))
        for key in keys { changes[Totals.counts, key] = 1 }
        try store.write(changes.batch(), to: Totals.family)
        return store
    }

    @Test func `is a last row that only one of them has`() throws {
        let (short, long) = (try state("jay"), try state("jay", "owl"))
        let right = try #require(
            try Totals().firstDifference(of: 0, between: short, and: long)
        )
        #expect(right.left == nil && right.right != nil)
        let left = try #require(try Totals().firstDifference(of: 0, between: long, and: short))
        #expect(left.key == right.key)
        #expect(left.left == right.right && left.right == nil)
        #expect(
            try Totals().firstDifference(of: 0, between: long, and: try state("jay", "owl")) == nil
        )
    }

    @Test func `is a row in the middle that only one of them has`() throws {
        let difference = try Totals().firstDifference(
            of: 0,
            between: try state("jay", "kite", "owl"),
            and: try state("jay", "owl")
        )
        #expect(difference?.left != nil && difference?.right == nil)
    }
}
