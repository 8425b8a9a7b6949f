public import Bytes
public import Logs
public import Projections
public import Store

/// The fold of a control topic. Which facts count is the same for all of them, and never a matter of today's rules:
/// envelope and number decide (`Arbiter`), and a fact that is not of its own subject has used up its number and does
/// nothing else.
public protocol Catalog: Projection {
    associatedtype Event: ControlEvent
    /// What people call it, and what attestations name.
    static var name: String { get }
    static var family: Family { get }
    /// It has no definition but the code itself: SHA-256 of its name.
    static var generation: Digest { get }

    init()

    /// Takes over what a fact that counts says. What makes no sense where it stands does nothing.
    func fold(_ fact: Event.Fact, _ moment: Moment, _ changes: inout Changes)
}

/// When a fact was decided, by whom, and where it stands.
public struct Moment: Sendable, Hashable {
    public var subject: String
    public var actor: String?
    public var time: Instant
    public var offset: Offset
    /// The number of the fact among those of its subject.
    public var revision: Int64

    public init(
        subject: String,
        actor: String?,
        time: Instant,
        offset: Offset,
        revision: Int64
    ) {
        self.subject = subject
        self.actor = actor
        self.time = time
        self.offset = offset
        self.revision = revision
    }
}

extension Catalog {
    public var name: String { Self.name }
    public var topic: String { Event.topic.name }
    public var family: Family { Self.family }
    public var generation: Digest { Self.generation }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try Event.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision,
            Arbiter.admits(
                id: envelope.id,
                subject: envelope.subject,
                revision: revision,
                request: envelope.requestDigest,
                time: envelope.time,
                at: record.offset,
                in: &changes
            ),
            let subject = event.subject, subject.utf8.elementsEqual(envelope.subject.utf8)
        else { return }
        let moment = Moment(
            subject: subject,
            actor: envelope.actor,
            time: envelope.time,
            offset: record.offset,
            revision: revision
        )
        fold(fact, moment, &changes)
    }
}

/// A catalog at one moment.
public struct CatalogView<Source: Catalog>: Sendable {
    public let tables: TableReader
    /// The last offset whose fact is seen; nil: everything.
    public let asOf: Offset?

    public init(_ reader: any StoreReader, asOf: Offset? = nil) {
        let shelf = Shelf(generation: Source.generation, partition: 0)
        self.tables = TableReader(reader, family: Source.family, shelf: shelf)
        self.asOf = asOf
    }
}
