import Foundation
import Testing

@testable import Broker

/// The Python with the packages of Tests/Interop/requirements.txt.
private let python = ProcessInfo.processInfo.environment["INTEROP_PYTHON"]

@Suite struct `The clients that people use` {
    @Test(
        .enabled(
            if: python != nil,
            "INTEROP_PYTHON names a python that has Tests/Interop/requirements.txt"
        )
    )
    func `produce and consume with every codec`() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Interop/interop.py").standardizedFileURL.path
        try await withBroker { scene in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [python ?? "python3", script, "127.0.0.1:\(scene.broker.port)"]
            let status = try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = {
                    continuation.resume(returning: $0.terminationStatus)
                }
                do {
                    try process.run()
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            #expect(status == 0, "its lines above say which checks failed")
            for line in scene.lines.all { print("broker: \(line)") }
        }
    }
}
