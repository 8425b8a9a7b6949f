/// One tree as it was read: every node is reached from the root exactly once.
struct BinaryTree {
    enum Node {
        case leaf(Float)
        /// A value below the threshold goes left.
        case split(feature: Int, threshold: Float, missingGoesLeft: Bool, left: Int, right: Int)
    }

    /// A node stands before its children; the root is the first.
    let nodes: [Node]
    /// How many splits lie on the longest way to a leaf.
    let depth: Int
}

/// The columns of a tree in a file, each checked by itself: what a node's number leads to.
struct TreeColumns {
    var left: [Int]
    var right: [Int]
    var features: [Int]
    /// The threshold of a split, the value of a leaf.
    var values: [Float]
    var missingGoesLeft: [Bool]
}

extension BinaryTree {
    /// Follows the children from the root. Nodes that no one leads to are those that XGBoost has
    /// pruned.
    init(_ columns: TreeColumns, featureCount: Int) throws(TreeError) {
        var nodes: [Node] = []
        var numbers = [0]
        var depths = [0]
        var isReached = [Bool](repeating: false, count: columns.left.count)
        isReached[0] = true
        while nodes.count < numbers.count {
            let number = numbers[nodes.count]
            let depth = depths[nodes.count]
            guard columns.left[number] != -1 else {
                guard columns.right[number] == -1 else {
                    throw .malformed("node \(number) has a right child and no left one")
                }
                nodes.append(.leaf(columns.values[number]))
                continue
            }
            for child in [columns.left[number], columns.right[number]] {
                guard isReached.indices.contains(child) else {
                    throw .malformed("node \(number) leads to node \(child), which is not there")
                }
                guard !isReached[child] else {
                    throw .malformed("node \(child) is reached twice")
                }
                isReached[child] = true
                numbers.append(child)
                depths.append(depth + 1)
            }
            let feature = columns.features[number]
            guard (0 ..< featureCount).contains(feature) else {
                throw .malformed(
                    "node \(number) splits on feature \(feature) of \(featureCount)"
                )
            }
            nodes.append(
                .split(
                    feature: feature,
                    threshold: columns.values[number],
                    missingGoesLeft: columns.missingGoesLeft[number],
                    left: numbers.count - 2,
                    right: numbers.count - 1
                )
            )
        }
        self.nodes = nodes
        self.depth = depths.last ?? 0
    }
}
