public import Bytes
public import Records

/// What is known of an entity from the records of a stream, or of a request from itself.
public struct FeatureViewDefinition: Sendable, Hashable {
    public var name: String
    public var description: String
    public var owner: String
    public var source: Source

    /// Where the values come from.
    public enum Source: Sendable, Hashable {
        case stream(StreamSource)
        /// Computed when asked, from what the request says.
        case request(RequestSource)
    }

    /// Aggregations over the records of a stream.
    public struct StreamSource: Sendable, Hashable {
        public var stream: String
        /// The field of the stream whose text names the entity.
        public var entity: String
        /// An expression over the fields; records for which it is not true do not count. Nil: all count.
        public var filter: String?
        /// How old the last record may be, by event time; nil: for ever.
        public var ttl: TimeSpan?
        /// In the order they were declared.
        public var features: [Aggregate]

        public init(
            stream: String,
            entity: String,
            filter: String?,
            ttl: TimeSpan?,
            features: [Aggregate]
        ) {
            self.stream = stream
            self.entity = entity
            self.filter = filter
            self.ttl = ttl
            self.features = features
        }
    }

    /// One declared aggregation, over one or more windows.
    public struct Aggregate: Sendable, Hashable {
        public var name: String
        public var aggregation: Aggregation
        /// The field that is aggregated; nil where records are counted.
        public var field: String?
        /// The widths of its windows, ascending; empty where the newest record alone decides.
        public var over: [TimeSpan]

        public init(_ name: String, _ aggregation: Aggregation, of field: String?, over: [TimeSpan])
        {
            self.name = name
            self.aggregation = aggregation
            self.field = field
            self.over = over
        }
    }

    /// What a request's own fields give.
    public struct RequestSource: Sendable, Hashable {
        public var fields: [StreamDefinition.Field]
        /// Name and expression, in the order they were declared.
        public var features: [Computed]

        public init(fields: [StreamDefinition.Field], features: [Computed]) {
            self.fields = fields
            self.features = features
        }
    }

    /// A feature that is computed from a request.
    public struct Computed: Sendable, Hashable {
        public var name: String
        public var expression: String

        public init(_ name: String, _ expression: String) {
            self.name = name
            self.expression = expression
        }
    }

    public init(name: String, description: String = "", owner: String = "", source: Source) {
        self.name = name
        self.description = description
        self.owner = owner
        self.source = source
    }
}
