public import Bytes
internal import Documents

/// A model that is declared.
public struct ModelEntry: Stored, Hashable {
    public let definition: ModelDefinition
    /// The same as canonical JSON, as the fact has it.
    public let definitionText: String
    /// SHA-256 over the recipe and the dataset.
    public let generation: Digest
    /// The number of the fact that made it so.
    public let revision: Int64
    public let declaredAt: Instant
    public let actor: String?

    /// Nil where the text is no definition of a model.
    public init?(
        definitionText: String,
        generation: Digest,
        revision: Int64,
        declaredAt: Instant,
        actor: String?
    ) {
        guard let definition = ModelDefinition(text: definitionText) else { return nil }
        self.definition = definition
        self.definitionText = definitionText
        self.generation = generation
        self.revision = revision
        self.declaredAt = declaredAt
        self.actor = actor
    }

    /// What a version needs for a stage. Where the definition says nothing, its rows must be sealed.
    public func policy(of stage: Stage) -> ModelDefinition.Policy {
        definition.promotion[stage] ?? ModelDefinition.Policy()
    }

    public func write(to writer: inout ByteWriter) {
        definitionText.write(to: &writer)
        generation.write(to: &writer)
        revision.write(to: &writer)
        declaredAt.write(to: &writer)
        actor.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        let entry = Self(
            definitionText: try String(from: &reader),
            generation: try Digest(from: &reader),
            revision: try Int64(from: &reader),
            declaredAt: try Instant(from: &reader),
            actor: try String?(from: &reader)
        )
        guard let entry else { throw .malformed("a definition that is none", at: start) }
        self = entry
    }
}
