import Bytes
import Chance
import Documents
import JSON
import Logs
import Records
import Testing

/// One change to a definition, and where the rules then find fault.
struct Change: Sendable {
    let path: [String]
    let apply: @Sendable (inout StreamDefinition) -> Void

    init(_ path: String..., apply: @escaping @Sendable (inout StreamDefinition) -> Void) {
        self.path = path
        self.apply = apply
    }
}

@Suite struct `A stream definition` {
    let definition = Arrivals.definition

    @Test func `is the same after its JSON`() throws {
        #expect(try StreamDefinition(json: definition.json) == definition)
        #expect(
            try StreamDefinition(json: JSONValue(parsing: definition.json.text(.pretty)))
                == definition
        )
        var small = StreamDefinition(
            name: "s",
            key: "k",
            time: "t",
            fields: [.init("k", .int32), .init("t", .timestamp)]
        )
        small.topic = "other"
        #expect(try StreamDefinition(canonical: small.canonicalText) == small)
        #expect(try StreamDefinition(json: small.json) == small)
    }

    @Test func `has a generation that words for people do not change`() {
        var other = definition
        other.description = "Other words."
        other.owner = "ada"
        other.partitions = 8
        other.retention = .forever
        other.idle = nil
        #expect(other.generation == definition.generation)
    }

    @Test(arguments: [
        Change { $0.name = "other" }, Change { $0.topic = "other" }, Change { $0.key = "status" },
        Change { $0.time = "other" },
        Change { $0.identity = nil }, Change { $0.lateness = .seconds(61) },
        Change { $0.notBefore = nil }, Change { $0.notAfter = nil },
        Change { $0.fields.swapAt(0, 1) }, Change { $0.fields[3].isOptional = false },
        Change { $0.fields[6].oneOf.append("diverted") },
        Change { $0.fields[3].type = .int64 }, Change { $0.fields[5].name = "tardy" },
        Change { $0.fields.removeLast() },
    ])
    func `has another generation when its rows are other`(change: Change) {
        var other = definition
        change.apply(&other)
        #expect(other.generation != definition.generation)
    }

    @Test func `is pinned to its bytes, since state is kept under them`() {
        let small = StreamDefinition(
            name: "s",
            key: "k",
            time: "t",
            fields: [.init("k", .int32), .init("t", .timestamp)]
        )
        #expect(
            small.canonicalBytes.hex == "0873747265616d20310173017304" + "6a736f6e016b0174000000"
                + "00" + "02016b05696e7433320000" + "01740974696d657374616d700000"
        )
    }

    @Test(arguments: [
        Change("name") { $0.name = "a b" }, Change("name") { $0.name = "tributary.x" },
        Change("name") { $0.name = "" },
        Change("name") { $0.name = String(repeating: "x", count: 250) },
        Change("spec", "topic") { $0.topic = ".." },
        Change("spec", "partitions") { $0.partitions = 0 },
        Change("spec", "partitions") { $0.partitions = 1_025 },
        Change("spec", "retention") { $0.retention = .latestPerKey },
        Change("spec", "lateness") { $0.lateness = .seconds(-1) },
        Change("spec", "idle") { $0.idle = .seconds(0) },
        Change("spec", "notAfter") { $0.notAfter = Instant(microseconds: 0) },
        Change("spec", "key") { $0.key = "tial" },
        Change("spec", "key") { $0.key = "miles" }, Change("spec", "key") { $0.key = "delay" },
        Change("spec", "time") { $0.time = "tail" },
        Change("spec", "time") { $0.fields[1].isOptional = true },
        Change("spec", "identity") { $0.identity = "late" },
        Change("spec", "fields", "2x") { $0.fields[3].name = "2x" },
        Change("spec", "fields", "id") { $0.fields[3].name = "id" },
        Change("spec", "fields", "delay", "oneOf") { $0.fields[3].oneOf = ["1"] },
        Change("spec", "fields", "status", "oneOf") { $0.fields[6].oneOf.append("landed") },
    ])
    func `says what does not hold together, and cannot be read back`(change: Change) {
        var wrong = definition
        change.apply(&wrong)
        #expect(wrong.problems.map(\.path) == [change.path])
        #expect(throws: DocumentProblems.self) { try StreamDefinition(json: wrong.json) }
    }

    @Test(arguments: [Int64.min, .max]) func `has bounds that RFC 3339 can write`(
        microseconds: Int64
    ) {
        var wrong = definition
        wrong.notBefore = Instant(microseconds: microseconds)
        wrong.notAfter = Instant(microseconds: microseconds)
        #expect(wrong.problems.map(\.path) == [["spec", "notBefore"], ["spec", "notAfter"]])
    }

    @Test func `is read from damaged text as an error or a definition, never otherwise`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 5_000 {
            var bytes = Array(definition.canonicalText.utf8)
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) {
                bytes[Int.random(in: 0 ..< bytes.count, using: &random)] = UInt8.random(
                    in: 0 ... 255,
                    using: &random
                )
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0 ..< bytes.count, using: &random))
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            do throws(DocumentProblems) {
                let read = try StreamDefinition(canonical: text)
                #expect(read.problems.isEmpty, "seed \(seed)")
                #expect(try StreamDefinition(json: read.json) == read, "seed \(seed)")
            } catch {
                #expect(!error.list.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test func `keeps the generation that it was declared under`() {
        var declared = definition
        declared.isDeclared(as: definition.generation)
        #expect(declared == definition)
        declared.isDeclared(as: Digest(of: [7]))
        #expect(declared.generation == Digest(of: [7]))
        #expect(declared.canonicalText == definition.canonicalText)
    }
}
