/// A model that was read from its artifact, ready to answer. It has a file of its own and a line in `ModelFormat.registry`.
///
/// The same row gives the same bits on every machine, because answers are computed again from the log.
public protocol Evaluator: Sendable {
    /// What a version says its artifact is, where this reads it.
    static var formats: [String] { get }
    init(artifact: [UInt8]) throws
    /// What it reads of a row, in this order.
    var columns: ModelColumns { get }
    /// What it gives, in this order: the answer first.
    var outputNames: [String] { get }
    /// Outputs that tell how the answer came about. They are kept with it, and shown to whoever asks where it comes from.
    var details: Set<String> { get }
    /// `row`: As many values as there are columns; NaN stands for a missing one.
    func outputs(_ row: [Float]) -> [Float]
    /// One output of rows that stand one behind the other, as precisely as it is computed.
    func values(of output: String, rows: [Float], count: Int) -> [Double]
}

extension Evaluator {
    public var details: Set<String> { [] }

    public func values(of output: String, rows: [Float], count: Int) -> [Double] {
        guard let index = outputNames.firstIndex(of: output) else {
            preconditionFailure("A model is asked for the outputs that it has.")
        }
        let width = columns.count
        return (0 ..< count).map { row in
            Double(outputs(Array(rows[row * width ..< (row + 1) * width]))[index])
        }
    }
}

/// What a model reads of a row.
public enum ModelColumns: Sendable, Hashable {
    case named([String])
    /// The artifact does not name them.
    case counted(Int)

    public var count: Int {
        switch self {
        case .named(let names): names.count
        case .counted(let count): count
        }
    }

    /// Whether rows with these columns are those that the model reads.
    public func fit(_ columns: [String]) -> Bool {
        switch self {
        case .named(let names): names == columns
        case .counted(let count): count == columns.count
        }
    }
}
