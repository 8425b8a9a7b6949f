internal import CXGBoost

/// Rows in libxgboost's form, which copies them.
@safe struct Matrix: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    /// `rows`: one behind the other, as many as there are labels.
    init(rows: [Float], columnCount: Int, labels: [Bool]) throws(TrainingError) {
        var handle: UnsafeMutableRawPointer?
        unsafe try Library.check(
            XGDMatrixCreateFromMat(
                rows,
                bst_ulong(labels.count),
                bst_ulong(columnCount),
                .nan,
                &handle
            ),
            "reading the rows"
        )
        guard let pointer = unsafe handle else {
            preconditionFailure("libxgboost gave no matrix and no error.")
        }
        let targets = labels.map { $0 ? Float(1) : 0 }
        let code = unsafe XGDMatrixSetFloatInfo(
            pointer,
            "label",
            targets,
            bst_ulong(targets.count)
        )
        do throws(TrainingError) {
            try Library.check(code, "reading the labels")
        } catch {
            unsafe XGDMatrixFree(pointer)
            throw error
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe XGDMatrixFree(pointer) }
}
