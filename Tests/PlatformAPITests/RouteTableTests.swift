import HTTPTypes
import Hummingbird
import Testing

@testable import HTTP

/// Commands that answer nothing, at paths of all shapes.
private struct Things: Door {
    var name = "Things"
    var paths: [(HTTPRequest.Method, String)]

    init(paths: [(HTTPRequest.Method, String)]) { self.paths = paths }

    var commands: [Command] {
        paths.map { Command("thing", $0, $1, "") { _ in Response(status: .ok) } }
    }
}

@Suite struct `A route` {
    private let routes = RouteTable([
        Things(paths: [
            (.get, "/things"), (.get, "/things/{name}"), (.delete, "/things/{name}"),
            (.post, "/things/sort"), (.get, "/things/sort/last"),
            (.get, "/things/{name}/parts/{part}"), (.post, "/{any}/sort/last"),
        ])
    ])

    private func found(_ method: HTTPRequest.Method, _ path: String) -> String? {
        routes.find(method, path).map { command, arguments in
            let given = arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return ([command.path] + given).joined(separator: " ")
        }
    }

    @Test func `is found by the parts of its path`() {
        #expect(found(.get, "/things") == "/things")
        #expect(found(.get, "/things/a%2Fb") == "/things/{name} name=a%2Fb")
        #expect(found(.get, "/things/a/parts/b") == "/things/{name}/parts/{part} name=a part=b")
        #expect(found(.get, "//things//a/") == "/things/{name} name=a")
        #expect(found(.get, "/things/a/b") == nil)
        #expect(found(.get, "/") == nil)
        #expect(found(.post, "/things/a") == nil)
    }

    @Test func `answers HEAD where it answers GET`() {
        #expect(found(.head, "/things") == "/things")
        #expect(found(.head, "/things/sort/last") == "/things/sort/last")
    }

    @Test func `hides nothing that may be called like a part of it`() {
        #expect(found(.post, "/things/sort") == "/things/sort")
        #expect(found(.get, "/things/sort") == "/things/{name} name=sort")
        #expect(found(.delete, "/things/sort") == "/things/{name} name=sort")
        #expect(found(.post, "/things/sort/last") == "/{any}/sort/last any=things")
    }

    @Test func `tells the methods of every path that it fits`() {
        #expect(routes.methods(of: "/things/sort") == ["DELETE", "GET", "HEAD", "OPTIONS", "POST"])
        #expect(routes.methods(of: "/things/a") == ["DELETE", "GET", "HEAD", "OPTIONS"])
        #expect(routes.methods(of: "/other") == [])
    }
}
