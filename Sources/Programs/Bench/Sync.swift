import ArgumentParser
import Glibc

/// What the disk alone takes: one append of 1 KiB and one fdatasync, over and over.
struct Sync: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The bare disk.",
        discussion: "Example: Bench sync"
    )
    @OptionGroup var place: Place

    func run() throws { try Self.measure(place) }

    static func measure(_ place: Place) throws {
        print("\n| bare append of 1 KiB + fdatasync | count | p50 µs | p99 µs |\n|---|---|---|---|")
        let folder = try freshFolder(in: place)
        defer { removeTree(folder) }
        let file = open("\(folder)/file", O_CREAT | O_WRONLY | O_APPEND, 0o644)
        guard file >= 0 else { throw Trouble("no file can be made in \(folder)") }
        defer { close(file) }
        let bytes = [UInt8](repeating: 7, count: 1_024)
        var latencies = Latencies()
        for _ in 0 ..< 2_000 {
            latencies.add(
                timed {
                    _ = write(file, bytes, bytes.count)
                    fdatasync(file)
                }
            )
        }
        print(latencies.row("this disk"))
    }
}
