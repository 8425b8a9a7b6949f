internal import CXGBoost

extension Booster {
    /// The chances of yes with the trees so far.
    func probabilities(of matrix: borrowing Matrix) throws(TrainingError) -> [Double] {
        var shape: UnsafePointer<bst_ulong>?
        var dimensions: bst_ulong = 0
        var values: UnsafePointer<Float>?
        unsafe try Library.check(
            XGBoosterPredictFromDMatrix(
                pointer,
                matrix.pointer,
                """
                {"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}
                """,
                &shape,
                &dimensions,
                &values
            ),
            "predicting"
        )
        return unsafe Self.copy(values, shape, dimensions).map { Double($0) }
    }

    /// The log-odds of rows that stand one behind the other, predicted in place.
    func margins(
        of rows: UnsafeBufferPointer<Float>,
        columnCount: Int
    ) throws(TrainingError) -> [Float] {
        let count = columnCount == 0 ? 0 : rows.count / columnCount
        guard count > 0, let start = rows.baseAddress else { return [] }
        var shape: UnsafePointer<bst_ulong>?
        var dimensions: bst_ulong = 0
        var values: UnsafePointer<Float>?
        let address = UInt(bitPattern: start)
        // 1.7 fails without `cache_id` ("Invalid cast, from Null to Integer").
        unsafe try Library.check(
            XGBoosterPredictFromDense(
                pointer,
                """
                {"data":[\(address),true],"shape":[\(count),\(columnCount)],"typestr":"<f4","version":3}
                """,
                """
                {"type":1,"training":false,"iteration_begin":0,"iteration_end":0,\
                "strict_shape":false,"cache_id":0,"missing":NaN}
                """,
                nil,
                &shape,
                &dimensions,
                &values
            ),
            "predicting"
        )
        return unsafe Self.copy(values, shape, dimensions)
    }

    /// The library's memory, which its next call reuses.
    private static func copy(
        _ values: UnsafePointer<Float>?,
        _ shape: UnsafePointer<bst_ulong>?,
        _ dimensions: bst_ulong
    ) -> [Float] {
        let lengths = unsafe UnsafeBufferPointer(start: shape, count: Int(dimensions))
        let count = unsafe lengths.reduce(1) { $0 * Int($1) }
        return unsafe Array(UnsafeBufferPointer(start: values, count: count))
    }
}
