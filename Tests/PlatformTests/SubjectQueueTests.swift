import Synchronization
import Testing

@testable import Engine

@Suite struct `The queue of a subject` {
    @Test func `lets one in at a time, in the order they came`() async throws {
        let queue = SubjectQueue()
        let course = Course()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = Gate()
            group.addTask { try await queue.run("a") { await gate.wait() } }
            try await eventually { gate.isAwaited }
            for number in 0 ..< 20 {
                group.addTask {
                    try await queue.run("a") {
                        course.enter(number)
                        await Task.yield()
                        course.leave()
                    }
                }
                try await eventually { waiting(for: queue) == number + 1 }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(course.most == 1)
        #expect(course.order == Array(0 ..< 20))
    }

    @Test func `holds up no other subject, and nobody after a failure`() async throws {
        struct Failure: Error {}
        let queue = SubjectQueue()
        await #expect(throws: Failure.self) { try await queue.run("a") { throw Failure() } }
        let gate = Gate()
        async let slow: Int = queue.run("a") {
            await gate.wait()
            return 1
        }
        #expect(try await queue.run("b") { 2 } == 2)
        gate.open()
        #expect(try await slow == 1)
        #expect(waiting(for: queue) == nil, "Nothing is kept of a subject that nobody waits for.")
    }

    private func waiting(for queue: SubjectQueue) -> Int? {
        queue.waiting.withLock { $0["a"]?.count }
    }

    /// Who was inside, and how many at once.
    private final class Course: Sendable {
        private let state = Mutex<(inside: Int, most: Int, order: [Int])>((0, 0, []))
        var most: Int { state.withLock { $0.most } }
        var order: [Int] { state.withLock { $0.order } }

        func enter(_ number: Int) {
            state.withLock { state in
                state.inside += 1
                state.most = max(state.most, state.inside)
                state.order.append(number)
            }
        }

        func leave() { state.withLock { $0.inside -= 1 } }
    }

    private func eventually(_ holds: () -> Bool) async throws {
        for _ in 0 ..< 2_000 {
            if holds() { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("It did not happen within four seconds.")
    }

    /// Stays shut until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>(
            (false, [])
        )

        var isAwaited: Bool { state.withLock { !$0.waiting.isEmpty } }

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                defer { state = (true, []) }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }
}
