import Glibc
import Statistics
import Testing

/// The C library's functions err by less than one unit in the last place, and so do ours.
@Suite struct `Logarithm and exponential of doubles` {
    @Test func `lie within a unit in the last place of the C library's`() {
        for step in 1 ... 200_000 {
            let share = Double(step) / 200_000
            for x in [share, share * 1e-300, share * 1e300, 1 + (share - 0.5) / 1_000] {
                let theirs = Glibc.log(x)
                #expect(abs(Elementary.log(x) - theirs) <= theirs.ulp, "\(x)")
            }
            for x in [share, -share, share * 709, share * -745] {
                let theirs = Glibc.exp(x)
                #expect(abs(Elementary.exp(x) - theirs) <= theirs.ulp, "\(x)")
            }
        }
    }

    @Test func `know their ends`() {
        #expect(Elementary.log(1) == 0)
        #expect(isNear(Elementary.log(.leastNonzeroMagnitude), Glibc.log(.leastNonzeroMagnitude)))
        #expect(isNear(Elementary.log(.greatestFiniteMagnitude), 709.782712893384))
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(-746) == 0)
        #expect(Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(710) == .infinity)
        #expect(Elementary.exp(.nan).isNaN)
    }

    private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-12 }
}
