extension LogisticModel: Evaluator {
    public static let formats = ["logistic-json"]

    public var columns: ModelColumns { .named(terms.map(\.column)) }
    public var outputNames: [String] { ["probability", "margin"] }
    public var details: Set<String> { ["margin"] }

    public func outputs(_ row: [Float]) -> [Float] {
        let margin = margin(row[...])
        return [Float(Self.probability(ofMargin: margin)), Float(margin)]
    }

    public func values(of output: String, rows: [Float], count: Int) -> [Double] {
        output == "margin" ? margins(rows: rows) : probabilities(rows: rows)
    }
}
