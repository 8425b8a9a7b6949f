internal import JSON

/// How a value is written where everything is text: in a CSV file, on a command line.
extension StreamDefinition.Field {
    /// What a text stands for in a field of this type. Nothing at all is null. A number is written in decimal digits;
    /// `true` and `false` in letters of either size, because spreadsheets write them so. What is neither stays a text,
    /// which the field then refuses.
    func written(_ text: String) -> WrittenValue {
        if text.isEmpty { return .null }
        switch type {
        case .string, .timestamp: return .text(text)
        case .bool: return FieldText.truth(of: text).map(WrittenValue.bool) ?? .text(text)
        case .int32, .int64, .float:
            guard let number = FieldText.number(in: text) else { return .text(text) }
            var parser = JSONParser()
            do throws(JSONError) {
                try parser.parse(Array(number.utf8).span.bytes)
            } catch {
                preconditionFailure("\(number) is a number of JSON: \(error)")
            }
            return parser.written(at: 0)
        }
    }

}

/// Words and numbers as texts have them.
enum FieldText {
    static func truth(of text: String) -> Bool? {
        switch text.utf8.count {
        case 4: text.lowercased() == "true" ? true : nil
        case 5: text.lowercased() == "false" ? false : nil
        default: nil
        }
    }

    /// The number as JSON writes it, digit for digit: without a plus sign or zeros at its beginning, and with a digit on
    /// both sides of the point. Nil for what is no number in decimal digits.
    static func number(in text: String) -> String? {
        var rest = text.utf8[...]
        func isDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte)
        }
        func digits() -> Substring.UTF8View {
            let digits = rest.prefix(while: isDigit)
            rest = rest.dropFirst(digits.count)
            return digits
        }
        func sign() -> String {
            let sign = rest.first
            guard sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else { return "" }
            rest = rest.dropFirst()
            return sign == UInt8(ascii: "-") ? "-" : ""
        }
        var number = sign()
        let whole = digits()
        number += Substring(whole.drop { $0 == UInt8(ascii: "0") })
        if number.last?.isNumber != true { number += "0" }
        var fraction: Substring.UTF8View?
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits()
        }
        guard !whole.isEmpty || fraction?.isEmpty == false else { return nil }
        if let fraction { number += "." + (fraction.isEmpty ? "0" : Substring(fraction)) }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            let sign = sign()
            let exponent = digits()
            guard !exponent.isEmpty else { return nil }
            number += "e" + sign + Substring(exponent)
        }
        return rest.isEmpty ? number : nil
    }
}
