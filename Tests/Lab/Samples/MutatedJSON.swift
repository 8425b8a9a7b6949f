public import Chance
internal import Documents
public import JSON

extension JSONValue {
    /// As YAML gives it: every scalar is a text.
    public var withTexts: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withTexts))
        case .object(let members): .object(members.map { ($0.0, $0.1.withTexts) })
        default: .string(scalarText ?? "")
        }
    }

    /// One value somewhere in it is another, or a key is gone or has another name.
    public func mutated(using random: inout SeededRandom) -> JSONValue {
        let others: [JSONValue] = [
            nil, true, 0, -1, 1.5, "", " ", "x", "0s", "9999999999d", "a@b", [], ["x"], [:],
            ["x": "y"], .string(String(repeating: "y", count: 300)),
        ]
        guard Int.random(in: 0 ..< 5, using: &random) > 0 else {
            return others.randomElement(using: &random) ?? nil
        }
        switch self {
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: 0 ..< elements.count, using: &random)
            elements[index] = elements[index].mutated(using: &random)
            if Bool.random(using: &random) { elements.append(elements[index]) }
            return .array(elements)
        case .object(var members) where !members.isEmpty:
            let index = Int.random(in: 0 ..< members.count, using: &random)
            switch Int.random(in: 0 ..< 6, using: &random) {
            case 0: members.remove(at: index)
            case 1: members[index].0 += "x"
            default: members[index].1 = members[index].1.mutated(using: &random)
            }
            return .object(members)
        default: return others.randomElement(using: &random) ?? nil
        }
    }
}
