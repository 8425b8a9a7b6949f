internal import Bytes
private import Glibc

/// Calls back on a thread of its own, in the order of the moments that the calls are due. Whoever appends may hold
/// a lock that its callback takes too, so an answer never comes on the thread that asked.
final class Answers: Sendable {
    private let queue = Monitor(Queue())

    /// What still has to be called, and whether the thread is there and may go on.
    fileprivate struct Queue {
        var calls: [Call] = []
        var next: UInt64 = 0
        var isRunning = false
        var isClosed = false
        var thread: pthread_t?
    }

    fileprivate struct Call {
        var due: Deadline
        var number: UInt64
        var body: @Sendable () -> Void
    }

    /// Calls `body` soon. After `close` it is called at once, on the calling thread: nobody may wait for ever.
    func call(after delay: TimeSpan = .seconds(0), _ body: @escaping @Sendable () -> Void) {
        let due = Deadline(after: delay.microseconds)
        let isQueued = queue.withLock { queue in
            guard !queue.isClosed else { return false }
            var place = queue.calls.endIndex
            while place > 0, due < queue.calls[place - 1].due { place -= 1 }
            queue.calls.insert(Call(due: due, number: queue.next, body: body), at: place)
            queue.next += 1
            if !queue.isRunning {
                queue.isRunning = true
                queue.thread = start()
            }
            return true
        }
        if isQueued { queue.announceChange() } else { body() }
    }

    /// Calls everything that is left, due or not, and ends the thread.
    func close() {
        let thread = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.thread = nil }
            return queue.thread
        }
        queue.announceChange()
        guard let thread else { return }
        // The last owner may let go inside a callback; a thread cannot wait for its own end.
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    private func start() -> pthread_t {
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let queue = Unmanaged<Monitor<Queue>>.fromOpaque(argument).takeRetainedValue()
                Answers.run(queue)
                return nil
            },
            Unmanaged.passRetained(queue).toOpaque()
        )
        precondition(
            code == 0,
            "The system gave no thread for the answers of a log: error \(code)."
        )
        return thread
    }

    private static func run(_ queue: Monitor<Queue>) {
        var step = Step.sleep(until: .never)
        while true {
            switch step {
            case .call(let calls):
                for call in calls { call.body() }
                step = queue.withLock { $0.nextStep() }
            case .sleep(let deadline):
                step =
                    queue.wait(until: deadline) { queue in
                        switch queue.nextStep() {
                        case .sleep(let new) where new == deadline: nil
                        case let step: step
                        }
                    } ?? queue.withLock { $0.nextStep() }
            case .end: return
            }
        }
    }

    /// What the thread does next.
    fileprivate enum Step {
        case call([Call])
        case sleep(until: Deadline)
        case end
    }
}

extension Answers.Queue {
    /// Takes out what is due in the same step that finds it: a call that is due earlier may come at any moment.
    fileprivate mutating func nextStep() -> Answers.Step {
        let due = Array(calls.prefix { isClosed || $0.due.isOver })
        calls.removeFirst(due.count)
        if !due.isEmpty { return .call(due) }
        return isClosed ? .end : .sleep(until: calls.first?.due ?? .never)
    }
}
