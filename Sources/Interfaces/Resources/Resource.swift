public import Datasets
internal import Documents
public import Features
public import JSON
public import ModelRegistry
public import Records
public import Serving

/// What a document of a file declares.
public enum Resource: Sendable, Hashable {
    case stream(StreamDefinition)
    case featureView(FeatureViewDefinition)
    case dataset(DatasetDefinition)
    case model(ModelDefinition)
    case endpoint(EndpointDefinition)

    public var kind: String {
        switch self {
        case .stream: ResourceKind.stream
        case .featureView: FeatureViewDefinition.kind
        case .dataset: DatasetDefinition.kind
        case .model: ModelDefinition.kind
        case .endpoint: EndpointDefinition.kind
        }
    }

    public var name: String {
        switch self {
        case .stream(let definition): definition.name
        case .featureView(let definition): definition.name
        case .dataset(let definition): definition.name
        case .model(let definition): definition.name
        case .endpoint(let definition): definition.name
        }
    }

    /// The resource with every default written out.
    public var json: JSONValue {
        switch self {
        case .stream(let definition): definition.json
        case .featureView(let definition): definition.json
        case .dataset(let definition): definition.json
        case .model(let definition): definition.json
        case .endpoint(let definition): definition.json
        }
    }
}

/// The kinds that a document may name.
enum ResourceKind {
    static let stream = "Stream"
    static let known = [
        stream, FeatureViewDefinition.kind, DatasetDefinition.kind, ModelDefinition.kind,
        EndpointDefinition.kind,
    ]
    /// Kinds of the design that a later release knows.
    static let later = ["Monitor", "Pipeline"]
    static let list = known.joined(separator: ", ")
}
