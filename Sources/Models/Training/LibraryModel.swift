/// An artifact as libxgboost itself evaluates it: what our own evaluator is held against.
public struct LibraryModel: ~Copyable {
    private let booster: Booster
    public let featureCount: Int

    public init(artifact: [UInt8]) throws(TrainingError) {
        // libxgboost reads past what is no JSON object, and may then stop the process.
        guard artifact.first == UInt8(ascii: "{"), artifact.last == UInt8(ascii: "}") else {
            throw .badArtifact("it is no JSON object")
        }
        let booster = try Booster()
        try booster.set(.init("nthread", "1"))
        try booster.set(.init("verbosity", "0"))
        try booster.read(artifact: artifact)
        featureCount = try booster.featureCount
        self.booster = booster
    }

    /// The log-odds of rows that stand one behind the other.
    public borrowing func margins(rows: [Float]) throws(TrainingError) -> [Float] {
        guard rows.count.isMultiple(of: featureCount) else {
            throw .valueCount(rows.count, rows: rows.count / featureCount, columns: featureCount)
        }
        return try unsafe rows.withUnsafeBufferPointer { buffer throws(TrainingError) in
            try unsafe booster.margins(of: buffer, columnCount: featureCount)
        }
    }
}

/// The log-odds that libxgboost gives to rows, for audits.
public func libraryMargins(
    artifact: [UInt8],
    rows: [Float],
    columnCount: Int
) throws(TrainingError) -> [Float] {
    let model = try LibraryModel(artifact: artifact)
    guard columnCount == model.featureCount else {
        throw .badArtifact(
            "it has \(model.featureCount) features, and rows of \(columnCount) were given"
        )
    }
    return try model.margins(rows: rows)
}
