import Foundation
import HTTPTypes
import JSON
import Testing

@testable import HTTP

/// What is said of the commands is what they are.
@Suite struct `The description of all commands` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "Docs/\(name)"), encoding: .utf8)
    }

    @Test func `is served, and has every command with its parameters`() async throws {
        try await HTTPStand.run { stand in
            let answer = try await stand.ask("GET", "/openapi.json")
            #expect(answer.status == 200)
            let api = try JSONValue(parsing: Array(answer.body.utf8)[...])
            #expect(api["openapi"]?.string == "3.1.0")
            var names: Set<String> = []
            for command in stand.site.routes.commands {
                let method = command.method.rawValue.lowercased()
                let entry = api["paths"]?[command.path]?[method]
                #expect(entry?["operationId"]?.string == command.name)
                names.insert(command.name)
                let given = (entry?["parameters"]?.array ?? []).filter { $0["in"] == "path" }
                let braces = command.path.split(separator: "/").filter { $0.first == "{" }
                #expect(
                    given.compactMap { $0["name"]?.string }
                        == braces.map { $0.dropFirst().dropLast() }.map(String.init),
                    "\(command.name)"
                )
                #expect(!command.summary.isEmpty, "\(command.name)")
                let asks = command.parameters.contains { $0.place == .body }
                #expect(asks == (command.example != nil), "\(command.name) has an example")
            }
            #expect(
                names.count == stand.site.routes.commands.count,
                "Names are names of one command."
            )
        }
    }

    @Test func `knows the words of the page of errors, with their statuses`() throws {
        let rows = try Self.page("Errors.md").split(separator: "## Not ready")[0]
            .matches(of: /\n\| `(\w+)` \| ([^|]+) \|/)
            .dropFirst()
        #expect(rows.map { String($0.1) } == ErrorWord.allCases.map(\.rawValue))
        for (row, word) in zip(rows, ErrorWord.allCases) where word != .badRequest {
            #expect(String(row.2) == word.statuses.map(String.init).joined(), "\(word)")
        }
    }

    /// `TRIBUTARY_WRITE_DOCS=1` writes the table of the page anew.
    @Test func `is the table of the page of routes`() async throws {
        try await HTTPStand.run { stand in
            let page = try Self.page("Routes.md")
            let head = "| method and path | what it does |\n|---|---|\n"
            let parts = page.components(separatedBy: head)
            try #require(parts.count == 2)
            let rest = parts[1]
            let end = try #require(rest.range(of: "\n\n"))
            let table = stand.site.routes.page.joined(separator: "\n")
            if ProcessInfo.processInfo.environment["TRIBUTARY_WRITE_DOCS"] != nil {
                try (parts[0] + head + table + rest[end.lowerBound...])
                    .write(
                        to: Self.root.appending(path: "Docs/Routes.md"),
                        atomically: true,
                        encoding: .utf8
                    )
            } else {
                #expect(String(rest[..<end.lowerBound]) == table)
            }
        }
    }
}
