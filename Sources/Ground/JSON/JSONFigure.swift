extension JSONValue {
    /// A number, or the name of what is none: JSON has no others.
    public static func figure(_ value: Float) -> JSONValue {
        value.isFinite
            ? .number(Double(value)) : .string(value.isNaN ? "NaN" : value < 0 ? "-inf" : "+inf")
    }
}
