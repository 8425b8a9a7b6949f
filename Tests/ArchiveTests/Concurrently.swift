import Dispatch
import Synchronization

/// Runs a body on several threads at once; true where each of them ended, and gave true.
func concurrently(_ threads: UInt8, _ body: @Sendable (UInt8) throws -> Bool) -> Bool {
    let failures = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: Int(threads)) { thread in
        do {
            if try body(UInt8(thread)) { return }
        } catch {
            print("thread \(thread): \(error)")
        }
        failures.wrappingAdd(1, ordering: .relaxed)
    }
    return failures.load(ordering: .relaxed) == 0
}
