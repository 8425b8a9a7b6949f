/// A name that an expression may use.
public struct Variable: Sendable, Hashable {
    /// A CEL identifier, or several with dots between them.
    public var name: String
    public var type: ExpressionType
    /// Its value may be null.
    public var isOptional: Bool

    public init(_ name: String, _ type: ExpressionType, isOptional: Bool = false) {
        self.name = name
        self.type = type
        self.isOptional = isOptional
    }
}
