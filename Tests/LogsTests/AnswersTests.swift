import Bytes
import Synchronization
import Testing

@testable import Logs

@Suite struct `The answers of a log` {
    @Test func `come once each, however many threads ask for them`() {
        let (threads, each) = (8, 5_000)
        let counts = Mutex([Int](repeating: 0, count: threads * each))
        let answers = Answers()
        concurrently(threads) { thread in
            for index in 0 ..< each {
                let number = thread * each + index
                let delay = TimeSpan(microseconds: number.isMultiple(of: 7) ? 50 : 0)
                answers.call(after: delay) { counts.withLock { $0[number] += 1 } }
            }
        }
        answers.close()
        #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    }

    @Test func `of one thread keep their order`() {
        let numbers = Mutex<[Int]>([])
        let answers = Answers()
        for number in 0 ..< 1_000 { answers.call { numbers.withLock { $0.append(number) } } }
        answers.close()
        #expect(numbers.withLock { $0 } == Array(0 ..< 1_000))
    }
}
