import Chance
import Testing

@testable import Trees

/// Damaged models must be refused or give an ensemble that can be asked; they never crash.
@Suite struct `A damaged model` {
    @Test func `is refused at every length that cuts it`() throws {
        let whole = Array(`Reading a model`.model().utf8)
        for length in whole.indices {
            #expect(throws: TreeError.self) { try TreeEnsemble(xgboost: Array(whole[..<length])) }
        }
    }

    @Test func `never crashes, whatever bytes were changed`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let trained = try TrainedModel(seed: seed, width: 3, rounds: 2, ["max_depth": "2"]).artifact
        let models = [Array(`Reading a model`.model().utf8), trained]
        var read = 0
        for round in 0 ..< 40_000 {
            let whole = models[round % 2]
            var bytes = whole
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) {
                Self.damage(&bytes, using: &random)
            }
            guard let ensemble = Self.read(bytes) else { continue }
            read += 1
            let rows = awkwardRows(
                count: 3,
                width: ensemble.featureCount,
                thresholds: [0.5],
                using: &random
            )
            let margins = ensemble.margins(rows: rows, count: 3)
            #expect(margins.count == 3, "seed \(seed), round \(round)")
        }
        #expect(read > 1_000, "seed \(seed): too few of the damaged models could be read")
    }

    private static func read(_ bytes: [UInt8]) -> TreeEnsemble? {
        do throws(TreeError) {
            let ensemble = try TreeEnsemble(xgboost: bytes)
            // A row of a million features takes long to make.
            return ensemble.featureCount < 1_000 ? ensemble : nil
        } catch {
            return error.description.isEmpty ? nil : nil
        }
    }

    private static func damage(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0 ..< 5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(ascii: "9"), at: place)
        case 3:
            let digits = bytes.indices.filter { (0x30 ... 0x39).contains(bytes[$0]) }
            if let digit = digits.randomElement(using: &random) {
                bytes[digit] = UInt8.random(in: 0x30 ... 0x39, using: &random)
            }
        default:
            let end = min(bytes.count, place + Int.random(in: 1 ... 40, using: &random))
            bytes.removeSubrange(place ..< end)
            if bytes.isEmpty { bytes = [0] }
        }
    }
}
