public import Bytes

/// A training run: what it was given, how it ended and what it made.
public struct Run: Sendable, Hashable {
    /// A UUID as text.
    public var id: String
    public var given: Given
    public var startedAt: Instant
    public var actor: String?
    public var status = Status.running
    /// Why it failed; empty otherwise.
    public var reason = ""
    public var artifacts: [Artifact] = []
    /// Nil while it runs.
    public var finishedAt: Instant?

    /// What decides what the run makes, and where it ran.
    public struct Given: Sendable, Hashable {
        public var model: String
        /// The model's definition, as canonical JSON.
        public var definition: String
        /// Such as `late_arrivals@1`.
        public var dataset: String
        public var datasetContent: Digest?
        /// As the engine gets them.
        public var parameters: [Parameter]
        /// The revision of the program that trains.
        public var codeRevision: String
        /// The engine with its version.
        public var engine: String
        /// Processor and operating system.
        public var environment: String

        public init(
            model: String,
            definition: String,
            dataset: String,
            datasetContent: Digest?,
            parameters: [Parameter],
            codeRevision: String,
            engine: String,
            environment: String
        ) {
            self.model = model
            self.definition = definition
            self.dataset = dataset
            self.datasetContent = datasetContent
            self.parameters = parameters
            self.codeRevision = codeRevision
            self.engine = engine
            self.environment = environment
        }
    }

    /// One setting, under the engine's own name.
    public struct Parameter: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public enum Status: String, Sendable, Hashable, CaseIterable { case running, succeeded, failed }

    /// A file that the run made; the archive finds it by its digest.
    public struct Artifact: Sendable, Hashable {
        public var name: String
        public var digest: Digest
        public var byteCount: Int64

        public init(_ name: String, digest: Digest, byteCount: Int64) {
            self.name = name
            self.digest = digest
            self.byteCount = byteCount
        }
    }

    public init(_ id: String, given: Given, startedAt: Instant, actor: String?) {
        self.id = id
        self.given = given
        self.startedAt = startedAt
        self.actor = actor
    }
}
