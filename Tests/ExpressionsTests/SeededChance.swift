/// Chance from a seed, which a test prints so that its run can be had again. Steele, Lea and Flood's SplitMix.
struct SeededChance: RandomNumberGenerator {
    private var state: UInt64

    /// Prints the seed, a new one unless one is given.
    init(_ seed: UInt64 = .random(in: 0 ... .max)) {
        print("seed \(seed)")
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
