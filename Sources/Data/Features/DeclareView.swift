public import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
public import Records
internal import SwiftProtobuf

/// Asks that a feature view be as defined: new, changed, or as it was.
public struct DeclareView: Sendable {
    public var definition: FeatureViewDefinition
    /// The stream that it reads, as declared; nil where there is none, or for a view of requests.
    public var stream: StreamDefinition?

    public init(_ definition: FeatureViewDefinition, over stream: StreamDefinition?) {
        self.definition = definition
        self.stream = stream
    }

    /// Returns: Nil where the view is already as defined.
    public func decide(
        given entry: FeatureCatalog.Entry?
    ) throws(FeatureRefusal) -> FeatureEvent? {
        let view: FeatureView
        do throws(FeatureViewProblems) {
            view = try FeatureView(definition, over: stream)
        } catch {
            throw .doesNotFit(view: definition.name, error.list)
        }
        let declaration = FeatureCatalog.Declaration(
            DefinitionText(
                definition.name,
                definition.canonicalText,
                generation: view.generation
            ),
            stream: stream?.canonicalText ?? ""
        )
        guard entry?.newest != declaration else { return nil }
        return FeatureEvent.with {
            $0.declared = .with {
                $0.name = definition.name
                $0.definition = declaration.definition.text
                $0.stream = declaration.stream
                $0.generation = .init(declaration.generation.bytes)
            }
        }
    }
}

/// Says that the rows of a view's changed definition are built, so that they are served.
public struct SwitchView: Sendable {
    public var name: String
    public var generation: Digest

    public init(_ name: String, to generation: Digest) {
        self.name = name
        self.generation = generation
    }

    /// Returns: Nil where the generation is served already, or another one is being built by now.
    public func decide(given entry: FeatureCatalog.Entry?) throws(FeatureRefusal) -> FeatureEvent? {
        guard let entry else { throw .unknownView(name, known: []) }
        guard entry.next?.generation == generation else { return nil }
        return FeatureEvent.with {
            $0.switched = .with {
                $0.name = name
                $0.generation = .init(generation.bytes)
            }
        }
    }
}

extension FeatureEvent {
    /// A view is no more.
    public static func deleted(_ name: String) -> FeatureEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }
}

/// Why a request about a feature view came to nothing. Each says what to do next.
public enum FeatureRefusal: DomainRefusal, Hashable {
    case unknownView(String, known: [String])
    case unknownFeature(view: String, feature: String, known: [String])
    case doesNotFit(view: String, [FeatureViewProblem])
}

extension FeatureRefusal {
    public var isUnknown: Bool {
        switch self {
        case .unknownView, .unknownFeature: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .unknownView(let name, let known):
            "there is no FeatureView \(name).\(Spelling.suggestion(for: name, among: known)) "
                + "`tributary get featureview` lists those there are"
        case .unknownFeature(let view, let feature, let known):
            "FeatureView \(view) has no feature \(feature). There are \(known.joined(separator: ", "))."
                + Spelling.suggestion(for: feature, among: known)
        case .doesNotFit(let view, let problems):
            "FeatureView \(view): "
                + problems.map { "\($0.path.joined(separator: ".")): \($0.message)" }
                .joined(separator: " ")
        }
    }
}
