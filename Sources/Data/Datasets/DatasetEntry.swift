public import Bytes
internal import Documents

extension DatasetCatalog {
    /// A dataset that is declared.
    public struct Entry: Stored, Hashable {
        public var name: String
        /// The definition as canonical JSON.
        public var text: String
        public var generation: Digest
        /// The number of the fact that made it so.
        public var revision: Int64
        public var declaredAt: Instant
        public var actor: String?

        public init(
            name: String,
            text: String,
            generation: Digest,
            revision: Int64,
            declaredAt: Instant,
            actor: String?
        ) {
            self.name = name
            self.text = text
            self.generation = generation
            self.revision = revision
            self.declaredAt = declaredAt
            self.actor = actor
        }

        public var definition: DatasetDefinition {
            guard let definition = DatasetDefinition(text: text) else {
                preconditionFailure("A definition was read before it was kept.")
            }
            return definition
        }

        public func write(to writer: inout ByteWriter) {
            name.write(to: &writer)
            text.write(to: &writer)
            generation.write(to: &writer)
            revision.write(to: &writer)
            declaredAt.write(to: &writer)
            actor.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            name = try String(from: &reader)
            let start = reader.position
            text = try String(from: &reader)
            guard DatasetDefinition(text: text) != nil else {
                throw .malformed("a dataset definition", at: start)
            }
            generation = try Digest(from: &reader)
            revision = try Int64(from: &reader)
            declaredAt = try Instant(from: &reader)
            actor = try String?(from: &reader)
        }
    }

    /// A dataset and the number of one of its versions.
    public struct VersionKey: Ordered, Hashable {
        public var dataset: String
        public var number: Int64

        public init(_ dataset: String, _ number: Int64) {
            self.dataset = dataset
            self.number = number
        }

        public func writeOrdered(to writer: inout ByteWriter) {
            dataset.writeOrdered(to: &writer)
            number.writeOrdered(to: &writer)
        }

        public init(ordered reader: inout ByteReader) throws(ByteError) {
            dataset = try String(ordered: &reader)
            number = try Int64(ordered: &reader)
        }
    }
}
