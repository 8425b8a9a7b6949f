public import Events
public import JSON
internal import SwiftProtobuf

/// What a model gave, by its name.
public struct NamedOutput: Sendable, Hashable {
    public var name: String
    public var values: [Float]

    public init(_ name: String, _ values: [Float]) {
        self.name = name
        self.values = values
    }
}

extension PredictionEvent.Predicted {
    private static let marginName = "margin"
    private static let probabilityName = "probability"

    /// All that the model gave, the answer first. Facts of release 0.1 have a probability and a margin.
    public var namedOutputs: [NamedOutput] {
        outputs.isEmpty
            ? [
                NamedOutput(Self.probabilityName, [probability]),
                NamedOutput(Self.marginName, [margin]),
            ] : outputs.map { NamedOutput($0.name, $0.values) }
    }

    /// Keeps what the model gave, as a list and for readers of release 0.1.
    public mutating func keep(_ given: [NamedOutput]) {
        outputs = given.map { output in
            .with {
                $0.name = output.name
                $0.values = output.values
            }
        }
        margin = given.value(of: Self.marginName) ?? 0
        probability = given.value(of: Self.probabilityName) ?? 0
    }

    /// What readers of release 0.1 are told, where it is not what the list says.
    public var contradictions: [(name: String, stored: Float, listed: Float)] {
        guard !outputs.isEmpty else { return [] }
        let given = namedOutputs
        return [(Self.marginName, margin), (Self.probabilityName, probability)].compactMap {
            (name, stored) -> (name: String, stored: Float, listed: Float)? in
            let listed = given.value(of: name) ?? 0
            return stored.bitPattern == listed.bitPattern ? nil : (name, stored, listed)
        }
    }
}

extension [NamedOutput] {
    /// The one value of an output; nil where there is no such output, or it has several.
    fileprivate func value(of name: String) -> Float? {
        first { $0.name == name && $0.values.count == 1 }?.values[0]
    }
}

extension [NamedOutput] {
    /// Each by its name; a vector is a list.
    public var json: JSONValue {
        .object(
            map { output -> (String, JSONValue) in
                let figures = output.values.map { JSONValue.figure($0) }
                return (output.name, figures.count == 1 ? figures[0] : .array(figures))
            }
        )
    }
}
