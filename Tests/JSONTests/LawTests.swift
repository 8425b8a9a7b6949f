import Chance
import Foundation
import Testing

@testable import JSON

@Suite struct `JSON by chance` {
    @Test(arguments: [JSONLayout.compact, .pretty]) func `reads back what it wrote`(
        layout: JSONLayout
    ) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 2_000 {
            let value = JSONValue.random(depth: 4, using: &random)
            let text = try value.text(layout)
            #expect(try JSONValue(parsing: text) == value, "seed \(seed): \(text)")
        }
    }

    @Test func `rounds numbers as the standard library does`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 20_000 {
            let text = Self.numberText(using: &random)
            let expected = try #require(Double(text))
            var parser = JSONParser()
            try parser.parse(Array(text.utf8).span.bytes)
            switch parser.kind(of: 0) {
            case .integer:
                #expect(Double(parser.integer(of: 0)) == expected, "seed \(seed): \(text)")
            case .unsignedInteger:
                #expect(Double(parser.unsignedInteger(of: 0)) == expected, "seed \(seed): \(text)")
            case .number: #expect(parser.number(of: 0) == expected, "seed \(seed): \(text)")
            default:
                #expect(parser.kind(of: 0) == .oversizedNumber, "seed \(seed): \(text)")
                #expect(abs(expected) > 9e18, "seed \(seed): \(text)")
            }
        }
    }

    /// simdjson and the plain reader of the grammar must agree on every text, and Foundation must
    /// read what we read.
    @Test func `agrees with a plain reader on mutated texts`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        var parser = JSONParser()
        var accepted = 0
        for round in 0 ..< 40_000 {
            var text = try JSONValue.random(depth: 3, using: &random).bytes(
                round.isMultiple(of: 2) ? .compact : .pretty
            )
            for _ in 0 ..< Int.random(in: 0 ... 3, using: &random) {
                Self.mutate(&text, using: &random)
            }
            let plain = Self.fault(of: text)
            do throws(JSONError) {
                try parser.parse(text.span.bytes)
                accepted += 1
                #expect(plain == nil, "seed \(seed), round \(round): \(text)")
            } catch {
                if case .duplicateKey = error { continue }
                #expect(plain == error, "seed \(seed), round \(round): \(text)")
                continue
            }
            let isHeld = (0 ..< parser.count).allSatisfy { parser.kind(of: $0) != .oversizedNumber }
            guard isHeld, round.isMultiple(of: 10) else { continue }
            #expect(throws: Never.self, "seed \(seed), round \(round): \(text)") {
                try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            }
        }
        #expect(accepted > 1_000, "Seed \(seed) left too few texts whole to prove anything.")
    }

    @Test func `never trips over random bytes`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let alphabet =
            Array("{}[]:,\"\\ue+-.0123456789 truefalsnN\n\u{1}é".utf8) + [
                0x00, 0x80, 0xFF, 0xED, 0xA0,
            ]
        var parser = JSONParser()
        for round in 0 ..< 40_000 {
            let text = (0 ..< Int.random(in: 0 ... 40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let plain = Self.fault(of: text)
            do throws(JSONError) {
                try parser.parse(text.span.bytes)
                #expect(plain == nil, "seed \(seed), round \(round): \(text)")
            } catch {
                if case .duplicateKey = error { continue }
                #expect(plain == error, "seed \(seed), round \(round): \(text)")
            }
        }
    }

    private static func fault(of text: [UInt8]) -> JSONError? {
        var grammar = JSONGrammar(text)
        do throws(JSONError) {
            try grammar.check()
            return nil
        } catch {
            return error
        }
    }

    private static func mutate(_ text: inout [UInt8], using random: inout SeededRandom) {
        let place = Int.random(in: 0 ... text.count, using: &random)
        let byte = Array("{}[]:,\"\\e-.0123 n\n\t".utf8).randomElement(using: &random) ?? 0
        switch Int.random(in: 0 ..< 5, using: &random) {
        case 0: text.insert(byte, at: place)
        case 1 where place < text.count: text.remove(at: place)
        case 2 where place < text.count: text[place] = byte
        case 3 where place < text.count:
            text[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &random)
        default: text.removeSubrange(place...)
        }
    }

    private static func numberText(using random: inout SeededRandom) -> String {
        func digits(_ count: Int) -> String {
            (0 ..< count).map { _ in String(Int.random(in: 0 ... 9, using: &random)) }.joined()
        }
        var text = Bool.random(using: &random) ? "-" : ""
        text +=
            Bool.random(using: &random)
            ? "0"
            : "\(Int.random(in: 1...9, using: &random))"
                + digits(.random(in: 0 ... 25, using: &random))
        if Bool.random(using: &random) {
            text += "." + digits(.random(in: 1 ... 30, using: &random))
        }
        if Bool.random(using: &random) {
            text += ["e", "E", "e+", "e-"].randomElement(using: &random) ?? "e"
            text += String(Int.random(in: 0 ... 330, using: &random))
        }
        return text
    }
}

extension JSONValue {
    /// Any value whose objects have no key twice.
    static func random(depth: Int, using random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0 ..< (depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2:
            return .integer(
                Int64(bitPattern: random.next()) >> Int64.random(in: 0 ..< 64, using: &random)
            )
        case 3:
            let number = Double(bitPattern: random.next())
            return .number(number.isFinite ? number : 0.1)
        case 4: return .number(Double(Int.random(in: -1_000 ... 1_000, using: &random)) / 8)
        case 5: return .string(text(using: &random))
        case 6:
            return .array(
                (0 ..< Int.random(in: 0 ... 4, using: &random)).map { _ in
                    .random(depth: depth - 1, using: &random)
                }
            )
        default:
            return .object(
                (0 ..< Int.random(in: 0 ... 4, using: &random)).map { index in
                    ("\(index)" + text(using: &random), .random(depth: depth - 1, using: &random))
                }
            )
        }
    }

    private static func text(using random: inout SeededRandom) -> String {
        let characters: [Character] = [
            "a", "Z", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "é", "e\u{301}", "😀", " ",
            "\u{2028}",
        ]
        return String(
            (0 ..< Int.random(in: 0 ... 6, using: &random)).map { _ in
                characters.randomElement(using: &random) ?? "a"
            }
        )
    }
}
