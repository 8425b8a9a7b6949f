internal import Logs
internal import Store
internal import Synchronization
private import Workers

/// Asks the log what may take seconds to be answered, on a thread of its own: no partition is held up because the
/// broker of another does not answer.
final class Scout: Sendable {
    enum Question: Sendable {
        /// Where a projection begins on a partition. `anew`: What is told before its rows are dropped; nil: they are not.
        case beginning(Int, any Projection, Partition, anew: ProjectorReport?)
        /// Whether a partition is still the one that was folded.
        case isSame(Partition, Progress)
    }

    enum Finding: Sendable {
        /// `isDropped`: Rows that were to be dropped first are.
        case beginning(Int, Result<Beginning, any Error>, isDropped: Bool)
        case isSame(Partition, Result<Bool, LogError>)
    }

    enum Beginning: Sendable {
        case at(Progress)
        /// Why that cannot be known yet.
        case notYet(String)
    }

    /// What was found out for one question, and holds for those that were asked along with it.
    struct Looked {
        var bounds: [Partition: Range<Offset>] = [:]
        /// Why the log is not the one that was folded, by how far it was; an inner nil: it is.
        var differences: [Partition: [Progress: String?]] = [:]
    }

    private struct State {
        var questions: [Question] = []
        var findings: [Finding] = []
        var isClosed = false
    }

    let log: any Log
    let store: any Store
    let surroundings: Projector.Surroundings
    /// Reads single records again.
    let probe: any LogReader
    private let state = Mutex(State())
    private let asked = Semaphore()
    private let worker = Mutex<Worker?>(nil)

    /// `found`: Called after each finding, on the scout's thread.
    init(
        _ name: String,
        log: any Log,
        store: any Store,
        surroundings: Projector.Surroundings,
        found: @escaping @Sendable () -> Void
    ) throws(LogError) {
        self.log = log
        self.store = store
        self.surroundings = surroundings
        self.probe = try log.probe()
        let thread = Worker(name) { [self] in run(found) }
        worker.withLock { $0 = thread }
    }

    func ask(_ question: Question) {
        state.withLock { $0.questions.append(question) }
        asked.signal()
    }

    func takeFindings() -> [Finding] {
        state.withLock { state in
            defer { state.findings = [] }
            return state.findings
        }
    }

    /// Tells the thread to end after the question under way.
    func beginClosing() {
        state.withLock { $0.isClosed = true }
        asked.signal()
        probe.wake()
    }

    func close() {
        beginClosing()
        worker.withLock { worker in
            defer { worker = nil }
            return worker
        }?.join()
    }

    private func run(_ found: () -> Void) {
        while true {
            asked.wait()
            let (questions, isClosed) = state.withLock { state in
                defer { state.questions = [] }
                return (state.questions, state.isClosed)
            }
            if isClosed { break }
            var looked = Looked()
            for question in questions where !state.withLock({ $0.isClosed }) {
                let finding = answer(question, &looked)
                state.withLock { $0.findings.append(finding) }
                found()
            }
        }
        probe.close()
    }

    private func answer(_ question: Question, _ looked: inout Looked) -> Finding {
        switch question {
        case .beginning(let number, let projection, let partition, let why):
            var isDropped = false
            let result = Result {
                if let why {
                    guard try giveUp(projection, on: partition, because: why) else {
                        return Self.notDropped
                    }
                }
                isDropped = true
                return try beginning(of: projection, on: partition, &looked)
            }
            return .beginning(number, result, isDropped: isDropped)
        case .isSame(let partition, let progress):
            do throws(LogError) {
                return .isSame(partition, .success(try isSame(partition, as: progress)))
            } catch {
                return .isSame(partition, .failure(error))
            }
        }
    }

    private func beginning(
        of projection: any Projection,
        on partition: Partition,
        _ looked: inout Looked
    ) throws -> Beginning {
        guard let progress = try settledProgress(of: projection, on: partition, &looked)
        else { return Self.notDropped }
        surroundings.begins(projection, partition)
        return .at(progress)
    }

    private static var notDropped: Beginning {
        .notYet("what was answered to its records is not settled yet, and they are answered anew")
    }

    private func isSame(_ partition: Partition, as progress: Progress) throws(LogError) -> Bool {
        let available = try log.bounds(of: partition)
        guard progress.next >= available.lowerBound else { return false }
        return try difference(between: progress, and: partition, available: available) == nil
    }
}
