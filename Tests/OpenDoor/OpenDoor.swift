import Broker
import Glibc
import Segments

/// A broker that takes every batch with a length, whatever is in it: as a log may be that somebody else keeps.
///
///     OpenDoor FOLDER PORT
///
/// It runs until it is killed.
@main
enum OpenDoor {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 3, let port = Int(words[2]) else {
            print("usage: OpenDoor FOLDER PORT")
            exit(2)
        }
        var stored = SegmentStore.Settings()
        stored.checksBatches = false
        stored.maxMessageBytes = 32 << 20
        var settings = Broker.Settings()
        settings.port = port
        let broker = Broker(
            store: try SegmentStore(directory: words[1], settings: stored),
            settings: settings
        ) { print($0) }
        try await broker.start()
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }
}
