public import Bytes
public import Records

extension FeatureViewDefinition {
    /// The stream that it reads; nil for a view of requests.
    public var streamName: String? {
        if case .stream(let source) = source { source.stream } else { nil }
    }
}

/// A feature view, made ready.
public enum FeatureView: Sendable {
    case stream(StreamView)
    case request(RequestView)

    /// `stream`: The definition of the stream that the view reads; nil for a view of requests.
    /// `generation`: What the fact that declared it says; nil: it is being declared.
    public init(
        _ definition: FeatureViewDefinition,
        over stream: StreamDefinition?,
        generation: Digest? = nil
    ) throws(FeatureViewProblems) {
        switch (definition.source, stream) {
        case (.stream(let source), let stream?):
            self = .stream(
                try StreamView(definition, of: source, over: stream, generation: generation)
            )
        case (.stream(let source), nil):
            throw FeatureViewProblems([
                FeatureViewProblem(["spec", "stream"], "there is no Stream `\(source.stream)`.")
            ])
        case (.request(let source), _):
            self = .request(try RequestView(definition, of: source, generation: generation))
        }
    }

    public var definition: FeatureViewDefinition {
        switch self {
        case .stream(let view): view.definition
        case .request(let view): view.definition
        }
    }

    public var generation: Digest {
        switch self {
        case .stream(let view): view.generation
        case .request(let view): view.generation
        }
    }

    public var columns: [(name: String, type: FieldType)] {
        switch self {
        case .stream(let view): view.columns.map { ($0.name, $0.type) }
        case .request(let view): Array(zip(view.columnNames, view.columnTypes))
        }
    }
}
