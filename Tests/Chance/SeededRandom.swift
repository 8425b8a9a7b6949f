/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same run.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// One of the numbers from 0 on, as many as `limit`.
    public mutating func below(_ limit: Int) -> Int { Int.random(in: 0 ..< limit, using: &self) }
}

/// A new seed, printed so that a failure can be had again.
public func newSeed(_ test: String = #function) -> UInt64 {
    let seed = UInt64.random(in: .min ... .max)
    print("\(test): seed \(seed)")
    return seed
}
