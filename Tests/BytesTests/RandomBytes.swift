import Chance

extension SeededRandom {
    mutating func bytes(upTo longest: Int) -> [UInt8] {
        (0 ..< Int.random(in: 0 ... longest, using: &self)).map { _ in
            // Zeros, ones and borders are where codecs break.
            Bool.random(using: &self)
                ? [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
                : UInt8.random(in: 0 ... 255, using: &self)
        }
    }

    /// A number of any magnitude, each as likely.
    mutating func integer() -> Int64 {
        Int64(bitPattern: next()) >> Int64.random(in: 0 ..< 64, using: &self)
    }
}
