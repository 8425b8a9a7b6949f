internal import CXGBoost

/// A model of libxgboost, growing or read back; one thread at a time.
@safe struct Booster: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    /// One without trees.
    init() throws(TrainingError) { unsafe pointer = try Self.make([]) }

    /// One that will grow on a matrix and keeps its predictions for it from round to round.
    init(for matrix: borrowing Matrix) throws(TrainingError) {
        unsafe pointer = try Self.make([matrix.pointer])
    }

    private static func make(
        _ matrices: [UnsafeMutableRawPointer?]
    ) throws(TrainingError) -> UnsafeMutableRawPointer {
        var handle: UnsafeMutableRawPointer?
        unsafe try Library.check(
            XGBoosterCreate(matrices, bst_ulong(matrices.count), &handle),
            "making a model"
        )
        guard let pointer = unsafe handle else {
            preconditionFailure("libxgboost gave no model and no error.")
        }
        return unsafe pointer
    }

    deinit { unsafe XGBoosterFree(pointer) }

    func set(_ parameter: Recipe.Parameter) throws(TrainingError) {
        unsafe try Library.check(
            XGBoosterSetParam(pointer, parameter.name, parameter.value),
            "setting `\(parameter.name)`"
        )
    }

    func name(features: [String]) throws(TrainingError) {
        let bytes = features.map { Array($0.utf8CString) }
        // All names in one buffer, and pointers into it.
        let flat = bytes.flatMap { $0 }
        let code = unsafe flat.withUnsafeBufferPointer { flat in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            var start = 0
            for name in bytes {
                unsafe pointers.append(flat.baseAddress.map { unsafe $0 + start })
                start += name.count
            }
            return unsafe XGBoosterSetStrFeatureInfo(
                pointer,
                "feature_name",
                &pointers,
                bst_ulong(pointers.count)
            )
        }
        try Library.check(code, "naming the features")
    }

    /// Grows the trees of one more round.
    func grow(round: Int, on matrix: borrowing Matrix) throws(TrainingError) {
        unsafe try Library.check(
            XGBoosterUpdateOneIter(pointer, Int32(round), matrix.pointer),
            "round \(round + 1)"
        )
    }

    /// The model in the format `json`.
    func artifact() throws(TrainingError) -> [UInt8] {
        var count: bst_ulong = 0
        var start: UnsafePointer<CChar>?
        unsafe try Library.check(
            XGBoosterSaveModelToBuffer(pointer, #"{"format":"json"}"#, &count, &start),
            "writing the model"
        )
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
        return unsafe Array(bytes)
    }

    func read(artifact: [UInt8]) throws(TrainingError) {
        unsafe try Library.check(
            XGBoosterLoadModelFromBuffer(pointer, artifact, bst_ulong(artifact.count)),
            "reading the model"
        )
    }

    var featureCount: Int {
        get throws(TrainingError) {
            var count: bst_ulong = 0
            unsafe try Library.check(XGBoosterGetNumFeature(pointer, &count), "reading the model")
            return Int(count)
        }
    }
}
