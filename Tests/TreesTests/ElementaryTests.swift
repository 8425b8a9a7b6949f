import Chance
import Glibc
import Testing

@testable import Trees

@Suite struct `Our own elementary functions` {
    @Test func `take logarithms to the bit as glibc does`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let usual = [0.5, 0.1, 0.25, 0.9, 1e-6, 0.999_999, 0.0123, 0.3].map { 1 / Float($0) - 1 }
        let chances = (0 ..< 200_000).map { _ in
            Float(bitPattern: UInt32.random(in: 0x0080_0000 ..< 0x7f80_0000, using: &random))
        }
        for value in usual + chances {
            #expect(
                logarithm(value).bitPattern == logf(value).bitPattern,
                "seed \(seed): \(value)"
            )
        }
    }

    @Test func `take exponentials to the bit as glibc does`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let edges: [Float] = [0, -0.0, 88.7, 88.73, 89, -87.4, -103.9, -104, .infinity, -.infinity]
        let chances = (0 ..< 200_000).map { _ in Float.random(in: -104 ... 89, using: &random) }
        for value in edges + chances {
            #expect(
                exponential(value).bitPattern == expf(value).bitPattern,
                "seed \(seed): \(value)"
            )
        }
        #expect(exponential(.nan).isNaN)
    }
}
