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
        try await withBroker { try await expectSuccess(of: "interop.py", with: $0) }
    }

    @Test(
        .enabled(
            if: python != nil,
            "INTEROP_PYTHON names a python that has Tests/Interop/requirements.txt"
        )
    )
    func `share topics in consumer groups`() async throws {
        try await withBroker { try await expectSuccess(of: "groups.py", with: $0) }
    }

    private func expectSuccess(of name: String, with scene: Scene) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Interop/\(name)").standardizedFileURL.path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python ?? "python3", script, "127.0.0.1:\(scene.broker.port)"]
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
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
