import Engine
import Glibc
import Platform
import ServiceLifecycle
import Synchronization
import Workers

/// The platform among the services of a server. It begins beside HTTP, so that whoever asks is told what it waits for, and
/// what takes long ends as soon as the server is to.
struct PlatformService: Service {
    let platform: Platform
    let isRestored: Bool
    let end: LastResort
    let started: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            do {
                try await platform.start(isRestored: isRestored)
            } catch {
                if platform.engine.isEnding { return }
                throw error
            }
            started()
            try await gracefulShutdown()
        } onGracefulShutdown: {
            end.begin()
            platform.engine.beginEnding()
        }
    }
}

/// The end of a server that does not come to its end: nothing is lost by that, because it would be no loss at any moment.
final class LastResort: Sendable {
    /// Whoever stops a server gives it ten seconds.
    private static let time = Duration.seconds(9)
    private let isOver = Semaphore()
    private let worker = Mutex<Worker?>(nil)
    private let notices: Notices

    init(_ notices: Notices) { self.notices = notices }

    func begin() {
        worker.withLock { worker in
            guard worker == nil else { return }
            worker = Worker("last-resort") { [isOver, notices] in
                if isOver.wait(atMost: Self.time) { return }
                notices.add("something did not come to its end in time, and is cut off")
                _exit(1)
            }
        }
    }

    /// The server has come to its end.
    func cancel() {
        isOver.signal()
        worker.withLock { $0 }?.join()
    }
}
