/// e to the power x, the same bits on every processor.
///
/// A prediction that was stored must come out again anywhere, and the C library's `expf` may differ
/// between machines. The method, the polynomial and the table are those of Arm's
/// optimized-routines (expf.c, exp2f_data.c; Copyright 2017-2018 Arm Limited, MIT licence), which
/// glibc has used since 2.28, without fused operations: x = (k/32)·ln 2 + r, and 2^(k/32) comes from
/// the table.
func exponential(_ x: Float) -> Float {
    if x.isNaN { return x }
    // Above ln(2^128) and below ln(2^-150) the result is no float.
    if x > 0x1.62e42ep6 { return .infinity }
    if x < -0x1.9fe368p6 { return 0 }
    let scaled = 0x1.71547652b82fep+5 * Double(x)
    // Adding 1.5·2^52 leaves the nearest integer in the low bits.
    let shift = 0x1.8p+52
    let shifted = scaled + shift
    let k = shifted.bitPattern
    let r = scaled - (shifted - shift)
    let power = Double(bitPattern: powersOfTwo[Int(k % 32)] &+ (k << 47))
    let high = 0x1.c6af84b912394p-20 * r + 0x1.ebfce50fac4f3p-13
    let low = 0x1.62e42ff0c52d6p-6 * r + 1
    return Float((high * (r * r) + low) * power)
}

/// The bits of 2^(i/32), less i·2^47, so that adding k·2^47 makes 2^(k/32).
private let powersOfTwo: [UInt64] = [
    0x3ff0_0000_0000_0000, 0x3fef_d9b0_d315_8574, 0x3fef_b558_6cf9_890f, 0x3fef_9301_d012_5b51,
    0x3fef_72b8_3c7d_517b, 0x3fef_5487_3168_b9aa, 0x3fef_387a_6e75_6238, 0x3fef_1e9d_f51f_dee1,
    0x3fef_06fe_0a31_b715, 0x3fee_f1a7_373a_a9cb, 0x3fee_dea6_4c12_3422, 0x3fee_ce08_6061_892d,
    0x3fee_bfda_d536_2a27, 0x3fee_b42b_569d_4f82, 0x3fee_ab07_dd48_5429, 0x3fee_a47e_b03a_5585,
    0x3fee_a09e_667f_3bcd, 0x3fee_9f75_e8ec_5f74, 0x3fee_a114_73eb_0187, 0x3fee_a589_994c_ce13,
    0x3fee_ace5_422a_a0db, 0x3fee_b737_b0cd_c5e5, 0x3fee_c491_82a3_f090, 0x3fee_d503_b23e_255d,
    0x3fee_e89f_995a_d3ad, 0x3fee_ff76_f2fb_5e47, 0x3fef_199b_dd85_529c, 0x3fef_3720_dcef_9069,
    0x3fef_5818_dcfb_a487, 0x3fef_7c97_337b_9b5f, 0x3fef_a4af_a2a4_90da, 0x3fef_d076_5b6e_4540,
]
