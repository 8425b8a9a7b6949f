/// The natural logarithm of a positive, normal, finite number, the same bits on every processor.
///
/// The base margin of a model stands at the start of every sum, so it must be libxgboost's to the
/// last bit, and that is glibc's `logf`. The method, the polynomial and the table are those of Arm's
/// optimized-routines (logf.c, logf_data.c; Copyright 2017-2018 Arm Limited, MIT licence), which
/// glibc has used since 2.28, without fused operations: x = 2^k·z, and ln z = ln c + ln(1 + r) with
/// c near z from the table.
func logarithm(_ x: Float) -> Float {
    precondition(x.isNormal && x > 0, "Only the logarithm of a positive, normal number is taken.")
    if x == 1 { return 0 }
    let bits = x.bitPattern
    // z lies between the number with these bits and twice that.
    let offset = bits &- 0x3f33_0000
    let place = reciprocals[Int((offset >> 19) % 16)]
    let k = Double(Int32(bitPattern: offset) >> 23)
    let z = Double(Float(bitPattern: bits &- (offset & 0xff80_0000)))
    let r = z * place.inverse - 1
    let start = place.logarithm + k * 0x1.62e42fefa39efp-1
    let square = r * r
    let low = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2
    return Float((-0x1.00ea348b88334p-2 * square + low) * square + (start + r))
}

/// 1/c and ln c, for a c in each sixteenth of the range of z.
private let reciprocals: [(inverse: Double, logarithm: Double)] = [
    (0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2),
    (0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2),
    (0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2),
    (0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3),
    (0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3),
    (0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3),
    (0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4),
    (0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4),
    (0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5),
    (0x1p+0, 0x0p+0),
    (0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5),
    (0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4),
    (0x1.b2036576afce6p-1, 0x1.526e57720db08p-3),
    (0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3),
    (0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2),
    (0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2),
]
