public import Trees

/// Trees as libxgboost writes them.
extension TreeEnsemble: Evaluator {
    public static let formats = ["xgboost-json"]

    public init(artifact: [UInt8]) throws { try self.init(xgboost: artifact) }

    public var columns: ModelColumns {
        featureNames.isEmpty ? .counted(featureCount) : .named(featureNames)
    }
    public var outputNames: [String] { ["probability", "margin"] }
    public var details: Set<String> { ["margin"] }

    public func outputs(_ row: [Float]) -> [Float] {
        let margin = margin(row)
        return [probability(ofMargin: margin), margin]
    }

    public func values(of output: String, rows: [Float], count: Int) -> [Double] {
        let margins = margins(rows: rows, count: count)
        return output == "margin"
            ? margins.map { Double($0) } : margins.map { Double(probability(ofMargin: $0)) }
    }
}
