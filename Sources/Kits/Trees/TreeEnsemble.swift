/// A trained ensemble of trees for one yes-or-no question, evaluated in a fixed order of float
/// operations: the same row gives the same bits on every machine, and the bits of libxgboost.
///
/// A sum starts with the base margin; then the leaves are added in the order of the trees.
public struct TreeEnsemble: Sendable {
    /// Empty where the model gives its features no names.
    public let featureNames: [String]
    public let featureCount: Int
    public let treeCount: Int

    private let baseMargin: Float
    private let form: Form

    private enum Form: Sendable {
        case perfect(PerfectTrees)
        case linked(LinkedTrees)
    }

    /// The rows of a batch that walk through a group of trees before the next group's turn.
    private static let blockSize = 32

    /// Reads a model as libxgboost writes it in the format `json`.
    public init(xgboost json: [UInt8]) throws(TreeError) {
        let model = try XGBoostModel(json)
        featureNames = model.featureNames
        featureCount = model.featureCount
        treeCount = model.trees.count
        baseMargin = model.baseMargin
        let depth = model.trees.reduce(0) { max($0, $1.depth) }
        // One deep tree among very many small ones would fill the memory with padding.
        let isWorthPadding =
            depth <= PerfectTrees.maximumDepth && model.trees.count << depth <= 1 << 24
        form = isWorthPadding ? .perfect(.init(model.trees)) : .linked(.init(model.trees))
    }

    /// The log-odds of yes. NaN stands for a missing value. Rows of up to 128 features take no
    /// memory from the heap.
    public func margin(_ row: Span<Float>) -> Float {
        precondition(
            row.count == featureCount,
            "A row has a value for each of the model's features."
        )
        return withUnsafeTemporaryAllocation(
            of: UInt32.self,
            capacity: RowKeys.count(features: featureCount)
        ) { buffer in
            guard let keys = buffer.baseAddress else { return baseMargin }
            RowKeys.write(row, to: keys)
            var sum = baseMargin
            add(rowCount: 1, keys: keys, to: &sum)
            return sum
        }
    }

    public func margin(_ row: [Float]) -> Float { margin(row.span) }

    /// The margins of `count` rows that stand one behind the other.
    public func margins(rows: [Float], count: Int) -> [Float] {
        precondition(
            count >= 0 && rows.count == count * featureCount,
            "Each of the rows has a value for each of the model's features."
        )
        var sums = [Float](repeating: baseMargin, count: count)
        let width = RowKeys.count(features: featureCount)
        var keys = [UInt32](repeating: 0, count: width * min(count, Self.blockSize))
        for start in stride(from: 0, to: count, by: Self.blockSize) {
            let rowCount = min(Self.blockSize, count - start)
            keys.withUnsafeMutableBufferPointer { keys in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let keys = keys.baseAddress, let sums = sums.baseAddress else { return }
                    for row in 0 ..< rowCount {
                        let first = (start + row) * featureCount
                        RowKeys.write(
                            rows.span.extracting(first ..< first + featureCount),
                            to: keys + row * width
                        )
                    }
                    add(rowCount: rowCount, keys: keys, to: sums + start)
                }
            }
        }
        return sums
    }

    private func add(
        rowCount: Int,
        keys: UnsafePointer<UInt32>,
        to sums: UnsafeMutablePointer<Float>
    ) {
        let width = RowKeys.count(features: featureCount)
        switch form {
        case .perfect(let trees):
            trees.add(rowCount: rowCount, keys: keys, width: width, to: sums)
        case .linked(let trees):
            trees.add(rowCount: rowCount, keys: keys, width: width, to: sums)
        }
    }

    /// The chance of yes: 1 / (1 + e^−margin) in 32 bits.
    public func probability(ofMargin margin: Float) -> Float { 1 / (1 + exponential(-margin)) }
}
