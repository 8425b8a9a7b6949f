private import CWorkers
private import Synchronization

#if canImport(Glibc)
private import Glibc
#endif

/// One thread of our own, for work that blocks. Whoever starts it joins it.
public final class Worker: Sendable {
    public let name: String
    private let thread: Mutex<pthread_t?>

    /// - Parameters:
    ///   - name: Shown by `top -H`; Linux keeps 15 characters of it.
    ///   - body: Runs once. It must come to its end soon after it is told to by its own means.
    public init(_ name: String, _ body: sending @escaping () -> Void) {
        self.name = name
        self.thread = Mutex(Worker.start(Start(name: name, body: body)))
    }

    /// Waits for the end of the thread. A second call returns at once.
    public func join() {
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// What a new thread needs to begin.
    private final class Start {
        let name: String
        let body: () -> Void
        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static func start(_ start: Start) -> pthread_t {
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                tributary_name_this_thread(start.name)
                start.body()
                return nil
            },
            Unmanaged.passRetained(start).toOpaque()
        )
        precondition(code == 0, "The system gave no thread for \(start.name): error \(code).")
        return thread
    }
}
