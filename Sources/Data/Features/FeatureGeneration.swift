public import Bytes
internal import Documents
internal import JSON
public import Records

extension FeatureViewDefinition {
    /// Of all that decides which values the view gives, with the generation of its stream. Words
    /// for people are not in it.
    public func generation(over stream: StreamDefinition?) -> Digest {
        let decisive: JSONValue = [
            "generation": "FeatureView 1", "name": .string(name),
            "stream": stream.map { .string($0.generation.hex) } ?? .null,
            "spec": .object(source.json),
        ]
        return Digest(of: Array(decisive.canonicalText.utf8))
    }
}
