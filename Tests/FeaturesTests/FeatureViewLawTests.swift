import Bytes
import Chance
import Documents
import Features
import JSON
import Records
import Testing

/// Definitions by chance, and the laws that hold for all of them.
@Suite struct `A FeatureView by chance` {
    @Test func `is read from the JSON that it gives, whose scalars may be texts`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for round in 0 ..< 500 {
            let definition = FeatureViewDefinition.random(using: &random)
            let note = "seed \(seed), round \(round): \(definition.canonicalText)"
            try #require(definition.problems.isEmpty, "\(note) \(definition.problems)")
            #expect(
                try FeatureViewDefinition(canonical: definition.canonicalText) == definition,
                "\(note)"
            )
            #expect(
                try FeatureViewDefinition(json: definition.json.withTexts) == definition,
                "\(note)"
            )
        }
    }

    @Test func `is equal where its JSON is, and else not`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 500 {
            let (one, other) = (
                FeatureViewDefinition.random(using: &random),
                FeatureViewDefinition.random(using: &random)
            )
            #expect((one == other) == (one.canonicalText == other.canonicalText), "seed \(seed)")
        }
    }

    @Test func `never trips over mutated JSON, and lets nothing through that breaks a rule`() throws
    {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        var refused = 0
        for round in 0 ..< 2_000 {
            let json = FeatureViewDefinition.random(using: &random).json.mutated(using: &random)
            let note = "seed \(seed), round \(round): \(json.canonicalText)"
            do throws(DocumentProblems) {
                let read = try FeatureViewDefinition(json: json)
                #expect(read.problems.isEmpty, "\(note)")
                let again = try? FeatureViewDefinition(canonical: read.canonicalText)
                #expect(again == read, "\(note)")
            } catch {
                refused += 1
                #expect(
                    !error.list.isEmpty && error.list.allSatisfy { !$0.message.isEmpty },
                    "\(note)"
                )
            }
        }
        #expect(refused > 100, "Seed \(seed) broke too little to prove anything.")
    }
}

extension JSONValue {
    /// As YAML gives it: every scalar is a text.
    var withTexts: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withTexts))
        case .object(let members): .object(members.map { ($0.0, $0.1.withTexts) })
        default: .string(scalarText ?? "")
        }
    }

    /// One value somewhere in it is another, or a key is gone or has another name.
    func mutated(using random: inout SeededRandom) -> JSONValue {
        let others: [JSONValue] = [
            nil, true, 0, -1, 1.5, "", " ", "x", "0s", "9999999999d", "a@b", [], ["x"], [:],
            ["x": "y"], .string(String(repeating: "y", count: 300)),
        ]
        guard Int.random(in: 0 ..< 5, using: &random) > 0 else {
            return others.randomElement(using: &random) ?? nil
        }
        switch self {
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: 0 ..< elements.count, using: &random)
            elements[index] = elements[index].mutated(using: &random)
            if Bool.random(using: &random) { elements.append(elements[index]) }
            return .array(elements)
        case .object(var members) where !members.isEmpty:
            let index = Int.random(in: 0 ..< members.count, using: &random)
            switch Int.random(in: 0 ..< 6, using: &random) {
            case 0: members.remove(at: index)
            case 1: members[index].0 += "x"
            default: members[index].1 = members[index].1.mutated(using: &random)
            }
            return .object(members)
        default: return others.randomElement(using: &random) ?? nil
        }
    }
}
