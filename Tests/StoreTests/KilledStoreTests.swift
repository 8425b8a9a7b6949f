import Chance
import Foundation
import RocksStore
import Store
import Testing

/// Another process writes as fast as it can and is killed at a moment of chance.
@Suite(.serialized) struct `A store whose process is killed` {
    private static let variable = "TRIBUTARY_TEST_KILLED_STORE"
    private static let place = ProcessInfo.processInfo.environment[variable]
    private static let rowsPerBatch = 20

    @Test func `has lost only whole batches from the end`() throws {
        var random = SeededRandom(seed: newSeed())
        try withFolder { folder in
            let path = folder + "/store"
            var last = 0
            for round in 0 ..< 6 {
                let writer = try startWriter(path)
                try awaitTables(beyond: tables(in: path), in: path, of: writer)
                usleep(UInt32.random(in: 0 ... 300_000, using: &random))
                kill(writer.processIdentifier, SIGKILL)
                writer.waitUntilExit()
                last = max(last, try check(path, "round \(round)"))
            }
            print("The killed writer came to batch \(last).")
            #expect(last > 0, "In none of the rounds did anything reach the disk.")
        }
    }

    /// Waits until the writer has written a file of rows: before, there is nothing to kill it in the middle of.
    private func awaitTables(beyond known: Set<String>, in path: String, of writer: Process) throws
    {
        for _ in 0 ..< 12_000 {
            if try !tables(in: path).isSubset(of: known) { return }
            try #require(writer.isRunning, "The writer ended by itself.")
            usleep(5_000)
        }
        kill(writer.processIdentifier, SIGKILL)
        Issue.record("The writer wrote nothing within a minute.")
    }

    private func tables(in path: String) throws -> Set<String> {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return Set(
            try FileManager.default.contentsOfDirectory(atPath: path).filter {
                $0.hasSuffix(".sst")
            }
        )
    }

    /// Every batch writes its number to the same twenty rows and to one of its own.
    @Test(.enabled(if: place != nil)) func `writes until it is killed`() throws {
        let store = try open(#require(Self.place))
        var number = try store.value("row 0").flatMap { Int($0) } ?? 0
        while true {
            number += 1
            var batch = WriteBatch()
            for row in 0 ..< Self.rowsPerBatch {
                batch.put(Array("\(number)".utf8), at: Array("row \(row)".utf8))
            }
            batch.put([], at: Array("batch \(number)".utf8))
            try store.write(batch, to: family)
            if number % 500 == 0 { try store.flush(family) }
        }
    }

    /// The number of the last batch, having seen that all of it and of those before it is there.
    private func check(_ path: String, _ round: Comment) throws -> Int {
        let store = try open(path)
        defer { store.close() }
        try store.verify()
        let rows = try store.everything()
        let numbers = Set((0 ..< Self.rowsPerBatch).map { rows[Array("row \($0)".utf8)] })
        #expect(numbers.count == 1, round)
        guard let number = try store.value("row 0").flatMap({ Int($0) }) else {
            #expect(rows.isEmpty, round)
            return 0
        }
        #expect(rows.count == Self.rowsPerBatch + number, round)
        return number
    }

    /// Buffers so small that RocksDB writes them out by itself all the time.
    private func open(_ path: String) throws -> RocksStore {
        var settings = RocksSettings()
        settings.familyBufferBytes = 64 << 10
        let store = try RocksStore.open(path, settings)
        try store.open(family)
        return store
    }

    private func startWriter(_ path: String) throws -> Process {
        let writer = Process()
        writer.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        writer.arguments = [
            "--testing-library", "swift-testing", "--filter", "writes until it is killed",
        ]
        writer.environment = ProcessInfo.processInfo.environment.merging([Self.variable: path]) {
            $1
        }
        writer.standardOutput = FileHandle.nullDevice
        writer.standardError = FileHandle.nullDevice
        try writer.run()
        return writer
    }
}
