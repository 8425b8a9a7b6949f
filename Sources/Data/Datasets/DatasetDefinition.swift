public import Bytes

/// How rows are made of a stream's records, what was known then, and how it ended.
public struct DatasetDefinition: Sendable, Hashable {
    public var name: String
    public var description: String
    public var owner: String
    /// The stream whose records are the rows; features are read as of each record's event time.
    public var rows: String
    /// The field of that stream that names the row.
    public var id: String
    /// `VIEW` or `VIEW.FEATURE`, in the order of the columns.
    public var features: [String]
    public var label: Label?
    /// An expression over `label` and the fields of the row's stream; rows for which it is not true are left out.
    public var filter: String?

    /// What a row is to teach.
    public struct Label: Sendable, Hashable {
        public var stream: String
        /// The field, of the same name in both streams, that joins the outcome to the row.
        public var match: String
        /// The field of the outcome that is the label.
        public var value: String
        /// An outcome later than this after the row counts as none.
        public var within: TimeSpan

        public init(stream: String, match: String, value: String, within: TimeSpan) {
            self.stream = stream
            self.match = match
            self.value = value
            self.within = within
        }
    }

    public init(
        name: String,
        description: String = "",
        owner: String = "",
        rows: String,
        id: String,
        features: [String],
        label: Label?,
        filter: String?
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.rows = rows
        self.id = id
        self.features = features
        self.label = label
        self.filter = filter
    }
}
