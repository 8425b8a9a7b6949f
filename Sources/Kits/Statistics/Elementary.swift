/// Logarithm and exponential of doubles, the same bits on every processor: the C library's may
/// differ between machines, and what is stored must come out again anywhere.
///
/// The methods and constants are fdlibm's (e_log.c and e_exp.c, Copyright 1993 and 2004 Sun
/// Microsystems, Inc.; permission to use, copy, modify, and distribute this software is freely
/// granted, provided that this notice is preserved). The error is below one unit in the last place.
public enum Elementary {
    private static let highOfLogarithmOfTwo = 6.93147180369123816490e-01
    private static let lowOfLogarithmOfTwo = 1.90821492927058770002e-10

    /// The natural logarithm of a positive, finite number.
    public static func log(_ x: Double) -> Double {
        precondition(x > 0 && x.isFinite, "Only the logarithm of a positive number is taken.")
        var exponent = x.exponent
        var significand = x.significand
        // From the root of one half to the root of two.
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        let k = Double(exponent)
        let f = significand - 1
        let s = f / (2 + f)
        let z = s * s
        let w = z * z
        let even =
            w
            * (3.999999999940941908e-01 + w
                * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
        let high = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
        let odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * high))
        let half = 0.5 * f * f
        return s * (half + (odd + even)) + k * lowOfLogarithmOfTwo - half + f
            + k * highOfLogarithmOfTwo
    }

    /// e to the power x.
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        // Beyond these the result is no double.
        if x > 709.782712893383973096 { return .infinity }
        if x < -745.13321910194110842 { return 0 }
        let k = (x * 1.44269504088896338700).rounded(.toNearestOrAwayFromZero)
        let high = x - k * highOfLogarithmOfTwo
        let low = k * lowOfLogarithmOfTwo
        let r = high - low
        let square = r * r
        let tail =
            6.61375632143793436117e-05 + square
            * (-1.65339022054652515390e-06 + square * 4.13813679705723846039e-08)
        let c =
            r - square
            * (1.66666666666666019037e-01 + square * (-2.77777777770155933842e-03 + square * tail))
        let power = 1 + (r * c / (2 - c) - low + high)
        // In two steps, because 2^k alone may be no normal double where the result is one.
        let half = Int(k) / 2
        return power * exp2(half) * exp2(Int(k) - half)
    }

    private static func exp2(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}
