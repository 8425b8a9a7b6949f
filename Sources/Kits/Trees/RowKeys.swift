/// The values of a row as whole numbers in the same order, so that a tree walk compares integers.
///
/// Each feature has two places, because a missing value goes left at some splits and right at
/// others: in the first it is above every threshold, in the second below. A walk therefore never
/// asks whether a value is missing.
enum RowKeys {
    static func count(features: Int) -> Int { 2 * features }

    static func slot(feature: Int, missingGoesLeft: Bool) -> UInt32 {
        UInt32(2 * feature + (missingGoesLeft ? 1 : 0))
    }

    /// Numbers in the order of the floats, with −0 equal to 0; NaN is no argument.
    static func key(of value: Float) -> UInt32 {
        let bits = value.bitPattern
        // The patterns of negative floats grow as the floats fall.
        if bits == 0x8000_0000 { return 0x8000_0000 }
        return bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    }

    static func write(_ row: Span<Float>, to keys: UnsafeMutablePointer<UInt32>) {
        for feature in row.indices {
            let value = row[unchecked: feature]
            let key = key(of: value)
            let isMissing = value != value
            keys[2 * feature] = isMissing ? .max : key
            keys[2 * feature + 1] = isMissing ? .min : key
        }
    }
}
