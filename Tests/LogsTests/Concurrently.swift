import Glibc

/// Runs a body on several threads at once and waits for all of them. Linked from `KafkaLogTests`.
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Start {
        let index: Int
        let body: @Sendable (Int) -> Void
        init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.index = index
            self.body = body
        }
    }
    let threads = (0 ..< count).map { index in
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body(start.index)
                return nil
            },
            Unmanaged.passRetained(Start(index, body)).toOpaque()
        )
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}
