/// Trees of equal depth without gaps: where a leaf lay higher, the levels below it are filled in.
///
/// A walk takes the same steps for every row and has no branch that a processor could guess wrong.
/// Four trees are walked at once, so that four loads are under way at any time; their leaves are
/// added in the order of the trees.
struct PerfectTrees {
    /// A deeper tree would take more memory than the branches cost.
    static let maximumDepth = 8
    private static let width = 4

    private struct Split {
        var slot: UInt32 = 0
        var threshold: UInt32 = 0
    }

    private let depth: Int
    /// `1 << depth` a tree. The children of split k are 2k + 1 on the left and 2k on the right, the
    /// root is 1, place 0 is empty.
    private var splits: [Split]
    /// `1 << depth` a tree.
    private var leaves: [Float]

    private let groupCount: Int

    init(_ trees: [BinaryTree]) {
        depth = trees.reduce(0) { max($0, $1.depth) }
        precondition(depth <= Self.maximumDepth, "Deeper trees take the linked form.")
        groupCount = (trees.count + Self.width - 1) / Self.width
        let size = (groupCount * Self.width) << depth
        splits = Array(repeating: Split(), count: size)
        // The last group is filled up with trees of −0, which added to any float leaves its bits.
        leaves = Array(repeating: -0.0, count: size)
        for (index, tree) in trees.enumerated() {
            place(tree, node: 0, at: 1, level: 0, start: index << depth)
        }
    }

    private mutating func place(
        _ tree: BinaryTree,
        node: Int,
        at place: Int,
        level: Int,
        start: Int
    ) {
        switch tree.nodes[node] {
        case .leaf(let value):
            let below = 1 << (depth - level)
            let first = place * below - (1 << depth)
            for leaf in first ..< first + below { leaves[start + leaf] = value }
        case .split(let feature, let threshold, let missingGoesLeft, let left, let right):
            splits[start + place] = Split(
                slot: RowKeys.slot(feature: feature, missingGoesLeft: missingGoesLeft),
                threshold: RowKeys.key(of: threshold)
            )
            self.place(tree, node: left, at: 2 * place + 1, level: level + 1, start: start)
            self.place(tree, node: right, at: 2 * place, level: level + 1, start: start)
        }
    }

    /// Adds to each row's sum the leaves that the row reaches. All rows walk through a group of trees
    /// before the next group's turn, while it is in the cache.
    func add(
        rowCount: Int,
        keys: UnsafePointer<UInt32>,
        width: Int,
        to sums: UnsafeMutablePointer<Float>
    ) {
        splits.withUnsafeBufferPointer { splits in
            leaves.withUnsafeBufferPointer { leaves in
                guard let splits = splits.baseAddress, let leaves = leaves.baseAddress else {
                    return
                }
                let size = 1 << depth
                for group in 0 ..< groupCount {
                    let start = (group * Self.width) << depth
                    let (tree, values) = (splits + start, leaves + start)
                    for row in 0 ..< rowCount {
                        let keys = keys + row &* width
                        var (a, b, c, d) = (1, 1, 1, 1)
                        for _ in 0 ..< depth {
                            a = Self.child(of: a, in: tree, keys)
                            b = Self.child(of: b, in: tree + size, keys)
                            c = Self.child(of: c, in: tree + 2 * size, keys)
                            d = Self.child(of: d, in: tree + 3 * size, keys)
                        }
                        // The places at the bottom count from `size`, as the leaves do from 0.
                        var sum = sums[row]
                        sum += values[a - size]
                        sum += values[b]
                        sum += values[c + size]
                        sum += values[d + 2 * size]
                        sums[row] = sum
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func child(
        of place: Int,
        in tree: UnsafePointer<Split>,
        _ keys: UnsafePointer<UInt32>
    ) -> Int {
        let split = tree[place]
        return 2 &* place &+ (keys[Int(split.slot)] < split.threshold ? 1 : 0)
    }
}
