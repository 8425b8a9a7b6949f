/// The problems of one document while it is read.
final class DocumentFindings {
    private(set) var problems: [DocumentProblem] = []
    /// Where something could not be read. What the rules say of such a place only follows.
    private var doubts: [[String]] = []

    func add(_ problem: DocumentProblem, doubting path: [String]? = nil) {
        doubts.append(path ?? problem.path)
        if !problems.contains(problem) { problems.append(problem) }
    }

    func doubt(_ path: [String]) { doubts.append(path) }

    /// Adds what the rules say of places that could be read.
    func add(rules: [DocumentProblem]) {
        for problem in rules where !problems.contains(problem) {
            let follows = doubts.contains { doubt in
                doubt.starts(with: problem.path) || problem.path.starts(with: doubt)
            }
            if !follows { problems.append(problem) }
        }
    }
}
