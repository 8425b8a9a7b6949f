/// Trees of any depth, whose splits name their children.
struct LinkedTrees {
    private struct Node {
        /// Where in the keys of a row the value stands; `leaf` at a leaf.
        var slot: UInt32
        /// The key of the threshold, or the bits of a leaf's value.
        var bits: UInt32
        var left: UInt32 = 0
        var right: UInt32 = 0

        static let leaf = UInt32.max
    }

    private var nodes: [Node] = []
    private var roots: [Int] = []

    init(_ trees: [BinaryTree]) {
        nodes.reserveCapacity(trees.reduce(0) { $0 + $1.nodes.count })
        for tree in trees {
            let start = nodes.count
            roots.append(start)
            nodes += tree.nodes.map { node in
                switch node {
                case .leaf(let value): Node(slot: Node.leaf, bits: value.bitPattern)
                case .split(let feature, let threshold, let missingGoesLeft, let left, let right):
                    Node(
                        slot: RowKeys.slot(feature: feature, missingGoesLeft: missingGoesLeft),
                        bits: RowKeys.key(of: threshold),
                        left: UInt32(start + left),
                        right: UInt32(start + right)
                    )
                }
            }
        }
    }

    /// Adds to each row's sum the leaves that the row reaches, in the order of the trees.
    func add(
        rowCount: Int,
        keys: UnsafePointer<UInt32>,
        width: Int,
        to sums: UnsafeMutablePointer<Float>
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            for root in roots {
                for row in 0 ..< rowCount {
                    let keys = keys + row * width
                    var node = nodes[root]
                    while node.slot != Node.leaf {
                        let goesLeft = keys[Int(node.slot)] < node.bits
                        node = nodes[Int(goesLeft ? node.left : node.right)]
                    }
                    sums[row] += Float(bitPattern: node.bits)
                }
            }
        }
    }
}
