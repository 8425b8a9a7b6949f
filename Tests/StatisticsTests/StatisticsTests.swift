import Statistics
import Testing

/// The expected values without a formula beside them are scikit-learn's (1.9.1).
@Suite struct `Judging chances` {
    private let scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.05]
    private let labels = [false, false, true, true, true, false, true, false]

    @Test func `counts the pairs in the right order, and ties by half`() {
        // Of 16 pairs 12 are right, and two of the rest are ties.
        #expect(auc(scores: scores, labels: labels) == 13.0 / 16)
        #expect(auc(scores: [1, 2, 3], labels: [false, true, true]) == 1)
        #expect(auc(scores: [3, 2, 1], labels: [false, true, true]) == 0)
        #expect(auc(scores: [5, 5, 5], labels: [false, true, true]) == 0.5)
        #expect(auc(scores: [-.infinity, 0, .infinity], labels: [false, false, true]) == 1)
    }

    @Test func `has no area where all labels are alike`() {
        #expect(auc(scores: [], labels: []) == nil)
        #expect(auc(scores: [0.2, 0.4], labels: [true, true]) == nil)
        #expect(auc(scores: [0.2, 0.4], labels: [false, false]) == nil)
    }

    @Test func `takes the mean of the logarithms`() {
        #expect(isNear(logLoss(probabilities: scores, labels: labels), 0.4341152476152784))
        // Two even chances: ln 2.
        #expect(logLoss(probabilities: [0.5, 0.5], labels: [true, false]) == 0.6931471805599453)
    }

    @Test func `keeps chances away from 0 and 1 by one part in 2^52`() {
        let labels = [true, true, false, false]
        #expect(
            isNear(logLoss(probabilities: [0, 1, 0.5, 0.25], labels: labels), 9.25612066053222)
        )
        // 52 ln 2.
        #expect(
            isNear(logLoss(probabilities: [0, 1], labels: [true, false]), 36.04365338911715)
        )
    }

    @Test func `compares the mean chance with the share that came true`() {
        #expect(isNear(calibrationGap(probabilities: [0.5, 0.7], labels: [true, false]), 0.1))
        #expect(calibrationGap(probabilities: [0.25, 0.75], labels: [true, false]) == 0)
        #expect(calibrationGap(probabilities: [0, 0], labels: [true, true]) == 1)
    }

    @Test func `agrees with scikit-learn on a thousand rows with ties`() {
        // The rows were made with this generator on both sides (Knuth's MMIX).
        var state: UInt64 = 42
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / 0x1p24
        }
        var scores: [Double] = []
        var labels: [Bool] = []
        for _ in 0 ..< 1_000 {
            scores.append((next() * 64).rounded(.down) / 64)
            labels.append(next() < 0.2 + 0.6 * (scores.last ?? 0))
        }
        #expect(labels.count { $0 } == 507)
        #expect(isNear(auc(scores: scores, labels: labels) ?? 0, 0.7068745474112926))
        #expect(isNear(logLoss(probabilities: scores, labels: labels), 0.7763401949008455))
        #expect(
            isNear(calibrationGap(probabilities: scores, labels: labels), 0.012281250000000021)
        )
    }

    private func isNear(_ one: Double, _ other: Double) -> Bool {
        abs(one - other) <= 1e-13 * max(1, abs(other))
    }
}
