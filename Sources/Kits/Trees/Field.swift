internal import JSON

/// A value of a model file and the way to it, so that every complaint names its place.
struct Field {
    private let value: JSONValue
    private let path: String

    init(_ key: String, of root: JSONValue) throws(TreeError) {
        self = try Field(value: root, path: "")[key]
    }

    private init(value: JSONValue, path: String) {
        self.value = value
        self.path = path
    }

    subscript(key: String) -> Field {
        get throws(TreeError) {
            guard let field = optional(key) else {
                throw .malformed(
                    path.isEmpty ? "it has no `\(key)`" : "`\(path)` has no `\(key)`"
                )
            }
            return field
        }
    }

    func optional(_ key: String) -> Field? {
        value[key].map { Field(value: $0, path: path.isEmpty ? key : "\(path).\(key)") }
    }

    func text() throws(TreeError) -> String {
        guard let text = value.string else { throw .malformed("`\(path)` is no string") }
        return text
    }

    func texts() throws(TreeError) -> [String] {
        var texts: [String] = []
        for element in try elements() { texts.append(try element.text()) }
        return texts
    }

    /// A whole number, written as a string.
    func count(in range: ClosedRange<Int>) throws(TreeError) -> Int {
        let text = try text()
        guard let count = Int(text), range.contains(count) else {
            throw .malformed(
                "`\(path)` is `\(text)`, not a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return count
    }

    func elements() throws(TreeError) -> [Field] {
        guard let values = value.array else { throw .malformed("`\(path)` is no list") }
        return values.map { Field(value: $0, path: path) }
    }

    /// Booleans count as 0 and 1: XGBoost has written both.
    func integers(count: Int) throws(TreeError) -> [Int] {
        var integers: [Int] = []
        integers.reserveCapacity(count)
        for value in try values(count: count) {
            switch value {
            case .integer(let integer): integers.append(Int(integer))
            case .bool(let bool): integers.append(bool ? 1 : 0)
            default: throw .malformed("`\(path)` holds what is no whole number")
            }
        }
        return integers
    }

    func floats(count: Int) throws(TreeError) -> [Float] {
        var floats: [Float] = []
        floats.reserveCapacity(count)
        for value in try values(count: count) {
            guard let number = value.number, Float(number).isFinite else {
                throw .malformed("`\(path)` holds what is no number of 32 bits")
            }
            floats.append(Float(number))
        }
        return floats
    }

    private func values(count: Int) throws(TreeError) -> [JSONValue] {
        guard let values = value.array, values.count == count else {
            throw .malformed("`\(path)` is no list of \(count)")
        }
        return values
    }
}
