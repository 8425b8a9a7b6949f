internal import Bytes
internal import Logs
internal import Synchronization
internal import Workers

/// The threads on which reactors run: each reactor belongs to one of them, and none of them waits for the log.
final class Reactors: Sendable {
    let gate = Gate()
    private let threads: [ReactorThread]
    /// All there are, by their keys.
    private let known = Mutex<[String: any Reactor]>([:])

    init(_ count: Int) { threads = (0 ..< count).map { ReactorThread("react-\($0)") } }

    func start() { for thread in threads { thread.start() } }

    func add(_ reactor: any Reactor, as key: String, of engine: Engine) {
        known.withLock { $0[key] = reactor }
        let thread = threads.min { $0.count < $1.count }
        thread?.add(key) { Self.reacting(reactor, key, $0, of: engine) }
    }

    private static func reacting(
        _ reactor: some Reactor,
        _ key: String,
        _ thread: ReactorThread,
        of engine: Engine
    ) -> any Running {
        Reacting(reactor, key, on: thread, of: engine)
    }

    /// Ends one. When this returns it computes nothing and sends nothing any more.
    func remove(_ key: String) {
        known.withLock { $0[key] = nil }
        for thread in threads { thread.remove(key) }
    }

    var all: [(key: String, reactor: any Reactor)] {
        known.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How they are, by their keys.
    var statuses: [String: ReactorStatus] {
        threads.reduce(into: [:]) { all, thread in all.merge(thread.statuses) { one, _ in one } }
    }

    func folded(_ topic: String) { for thread in threads { thread.tell(.folded(topic)) } }

    func dropped(_ generation: Digest, on partition: Partition) {
        _ = gate.close(Gate.Place(generation: generation, partition: partition))
        for thread in threads { thread.tell(.dropped(generation, partition)) }
    }

    func begun(_ generation: Digest, on partition: Partition) {
        gate.open(Gate.Place(generation: generation, partition: partition))
        for thread in threads { thread.tell(.begun(generation, partition)) }
    }

    func beginStopping() { for thread in threads { thread.beginStopping() } }
    func stop() { for thread in threads { thread.stop() } }
}

/// How a reactor is.
public struct ReactorStatus: Sendable {
    public var name: String
    /// Where its inputs are.
    public var topic: String
    /// Where its outputs are.
    public var output: String
    /// Why it answers nothing, or not everything, at the moment.
    public var why: String?
    /// Why it does not go on, in whole or in part: what the log refuses, and whatever else lasts.
    public var stopped: [String]
    /// Whether something was answered since it was stopped last.
    var hasGoneOn: Bool
    /// How many inputs wait; no more than `Engine.mostCounted` are counted.
    public var waiting = 0
}

/// A reactor at work, which belongs to one thread.
protocol Running {
    /// When it is to take its next step.
    var due: ContinuousClock.Instant { get }
    var status: ReactorStatus { get }
    func step()
    func hear(_ news: ReactorThread.News)
}

/// One thread with the reactors that belong to it.
final class ReactorThread: Sendable {
    enum News: Sendable, Hashable {
        /// Something of a topic was folded.
        case folded(String)
        /// The rows of a generation's partition are gone, and are folded anew.
        case dropped(Digest, Partition)
        /// The rows of a generation's partition hold, as far as there are any.
        case begun(Digest, Partition)
        /// The appends of a reactor have ended.
        case appended(String)
        /// What was answered was taken out of a partition's rows up to an offset; nil: nothing was.
        case tidied(String, Int32, Offset?)
    }

    private struct State {
        var keys: Set<String> = []
        var coming: [(key: String, make: @Sendable (ReactorThread) -> any Running)] = []
        var going: [(key: String, done: Semaphore)] = []
        /// Each at most once.
        var news: [News] = []
        var known: Set<News> = []
        var statuses: [String: ReactorStatus] = [:]
        var isRunning = false
        var isStopping = false
    }

    private let name: String
    private let state = Mutex(State())
    private let wakeUp = Semaphore()
    private let worker = Mutex<Worker?>(nil)

    init(_ name: String) { self.name = name }

    var count: Int { state.withLock { $0.keys.count } }
    var isStopping: Bool { state.withLock { $0.isStopping } }
    var statuses: [String: ReactorStatus] { state.withLock { $0.statuses } }

    func start() {
        state.withLock { $0.isRunning = true }
        worker.withLock { $0 = Worker(name) { [self] in run() } }
    }

    func add(_ key: String, _ make: @escaping @Sendable (ReactorThread) -> any Running) {
        state.withLock { state in
            state.keys.insert(key)
            state.coming.append((key, make))
        }
        wakeUp.signal()
    }

    func remove(_ key: String) {
        let done = Semaphore()
        let isAwaited = state.withLock { state in
            guard state.keys.remove(key) != nil else { return false }
            state.coming.removeAll { $0.key == key }
            guard state.isRunning else { return false }
            state.going.append((key, done))
            return true
        }
        guard isAwaited else { return }
        wakeUp.signal()
        done.wait()
    }

    func tell(_ news: News) {
        let isNew = state.withLock { state in
            guard state.known.insert(news).inserted else { return false }
            state.news.append(news)
            return true
        }
        if isNew { wakeUp.signal() }
    }

    func beginStopping() {
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
    }

    func stop() {
        beginStopping()
        worker.withLock { worker in
            defer { worker = nil }
            return worker
        }?.join()
    }

    private func run() {
        var running: [String: any Running] = [:]
        var order: [String] = []
        while !isStopping {
            let (coming, going, news) = state.withLock { state in
                defer { (state.coming, state.going, state.news, state.known) = ([], [], [], []) }
                return (state.coming, state.going, state.news)
            }
            for (key, done) in going {
                running[key] = nil
                state.withLock { $0.statuses[key] = nil }
                done.signal()
            }
            for (key, make) in coming { running[key] = make(self) }
            if running.count != order.count || !coming.isEmpty { order = running.keys.sorted() }
            for news in news { for reacting in running.values { reacting.hear(news) } }
            var next = ContinuousClock.now + .seconds(60)
            for key in order {
                guard let reacting = running[key], !isStopping else { break }
                if reacting.due <= .now {
                    reacting.step()
                    let status = reacting.status
                    state.withLock { $0.statuses[key] = status }
                }
                next = min(next, reacting.due)
            }
            _ = wakeUp.wait(atMost: max(.zero, next - .now))
        }
        let going = state.withLock { state in
            state.isRunning = false
            defer { state.going = [] }
            return state.going
        }
        for (_, done) in going { done.signal() }
    }
}
