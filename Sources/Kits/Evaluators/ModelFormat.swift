public import Documents
internal import Trees

/// What an artifact may be, and what reads it.
public struct ModelFormat: Named {
    public let name: String
    private let type: any Evaluator.Type

    public static let registry = Registry(
        "model format",
        of(TreeEnsemble.self) + of(LogisticModel.self)
    )

    /// What is trained here.
    public static let trained = TreeEnsemble.formats[0]

    /// Those that an evaluator reads.
    public static func of(_ type: any Evaluator.Type) -> [ModelFormat] {
        type.formats.map { ModelFormat(name: $0, type: type) }
    }

    /// The format that a version names.
    public static func named(_ name: String) throws(EvaluatorError) -> ModelFormat {
        guard let format = registry[name] else {
            throw .unknownFormat(registry.fault(of: name))
        }
        return format
    }

    public func read(_ artifact: [UInt8]) throws -> any Evaluator {
        try type.init(artifact: artifact)
    }
}

/// Why a model cannot be evaluated here.
public enum EvaluatorError: Error, Sendable, Hashable {
    /// With those that there are.
    case unknownFormat(String)
    case badArtifact(String)
}

extension EvaluatorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownFormat(let fault):
            "\(fault) Ask a release that knows it, or train it again."
        case .badArtifact(let what): "The artifact cannot be read: \(what)"
        }
    }
}
