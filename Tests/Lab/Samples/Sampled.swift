public import Chance
public import Documents

/// A definition that can be made by chance, so that the laws of all kinds run over it.
public protocol Sampled: ResourceDefinition {
    /// One that keeps every rule.
    static func random(using random: inout SeededRandom) -> Self
    /// What it cannot do without, where no other definition is known: `Stream s`
    var needed: Set<String> { get }
}
