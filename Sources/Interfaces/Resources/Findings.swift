internal import Documents

/// The errors of one file. Each is kept once, however often it was met.
final class Findings {
    private let file: String
    private var errors: Set<ResourceError> = []

    var count: Int { errors.count }

    init(file: String) { self.file = file }

    func add(_ message: String, at place: Place) {
        errors.insert(
            ResourceError(file: file, line: place.line, column: place.column, message: message)
        )
    }

    /// ` Did you mean …?` with a space before it, or nothing.
    func suggestion(for word: String, among known: [String]) -> String {
        Spelling.suggestion(for: word, among: known)
    }

    var sorted: [ResourceError] {
        errors.sorted { ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message) }
    }
}
