internal import Documents

/// Reads a definition from the canonical JSON that facts hold; nil where it is none.
func modelDefinition(_ text: String) -> ModelDefinition? { ModelDefinition(text: text) }
