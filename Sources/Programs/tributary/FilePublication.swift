import Logs
import Records
import Streams
import Synchronization

/// The lines of one file on their way into a stream's topic.
struct FilePublication {
    /// A line, with the headers that go with it, must fit into a batch of one record.
    static let longestLine = Int(TopicSpec.longestRecordBytes) - (64 << 10)

    let definition: StreamDefinition
    let source: String
    /// The last line of this file that each partition has.
    let arrived: [Int64]
    let log: any Log
    let watch: PublishWatch
    private(set) var appended: Int64 = 0
    private(set) var skipped: Int64 = 0
    private let reader: RecordReader

    init(
        definition: StreamDefinition,
        source: String,
        arrived: [Int64],
        log: any Log,
        watch: PublishWatch
    ) {
        self.definition = definition
        self.source = source
        self.arrived = arrived
        self.log = log
        self.watch = watch
        self.reader = RecordReader(definition)
    }

    mutating func append(_ file: RecordFile) async throws {
        let (answers, watch) = (Answers(), watch)
        watch.noteSending()
        let now = SystemClock().now()
        // Records are numbered, and lines without one are not: a file goes on where an earlier release left off.
        var number: Int64 = 0
        let digest = try file.eachRecord(of: definition, longestLine: Self.longestLine) { found in
            guard case .record(let value, let line) = found else { return }
            number += 1
            var row: Row?
            do throws(Refusal) {
                row = try reader.read(value: value[...], arrival: now)
            } catch {
                row = nil
            }
            let key = row?.key
            let partition = Murmur2.partition(of: key ?? value, among: definition.partitions)
            guard number > arrived[Int(partition)] else {
                skipped += 1
                return
            }
            appended += 1
            answers.expect()
            let headers = Publication.headers(
                stream: definition.name,
                source: source,
                line: number,
                identity: row?.identity
            )
            log.append(
                NewRecord(key: key, value: value, headers: headers),
                to: definition.topic,
                partition: partition
            ) { answer in
                if case .success = answer { watch.noteAppended() }
                answers.note(answer, line: line)
            }
        }
        switch await answers.all() {
        case nil: break
        case .possiblyPersisted(let why)?:
            throw Failure.outcomeUnknown(
                "\(why). \(watch.sentence): run the same command again, and it goes on behind what arrived"
            )
        case .notPersisted(let why)?, .refused(let why)?:
            // Nobody will take it the next time either.
            throw Failure.refused("refused: not all of \(file.path) was taken. \(why)")
        }
        guard Publication.source(ofFile: digest) == source else {
            throw Failure.refused(
                "refused: \(file.path) was changed while it was sent, and what was sent is of both. Publish it again as it is now"
            )
        }
    }
}

/// Counts the answers of appends under way.
private final class Answers: Sendable {
    private struct State {
        var open = 0
        var failure: AppendError?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func expect() { state.withLock { $0.open += 1 } }

    func note(_ result: Result<Position, AppendError>, line: Int) {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.open -= 1
            if case .failure(let error) = result, state.failure == nil {
                state.failure =
                    switch error {
                    case .notPersisted(let why): .notPersisted("Line \(line): \(why)")
                    case .refused(let why): .refused("Line \(line): \(why)")
                    case .possiblyPersisted(let why): .possiblyPersisted(why)
                    }
            }
            guard state.open == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the last answer; what went wrong first, if anything did.
    func all() async -> AppendError? {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.open > 0 else { return true }
                state.waiter = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
        return state.withLock { $0.failure }
    }
}
