public import Bytes
public import Events
public import Logs
public import Projections
public import Store

/// Gives each input of an outbox its one output. It says what follows from an input; that this is done once, in order, under
/// an id that follows from the input, and again after whatever went wrong, is the engine's to see to (`Reacting`).
public protocol Reactor: Sendable {
    associatedtype Queue: Outbox
    /// What it goes by, made anew for each batch.
    associatedtype View

    /// For whoever reads why it waits: `the endpoint lateness`.
    var name: String { get }
    /// Whose rows are the inputs.
    var queue: Queue { get }
    /// Of the queue's topic.
    var partitions: Int32 { get }
    /// What an output's id is made of, beside the input's position and checksum.
    var scope: [[UInt8]] { get }
    /// Where the outputs of a partition go: all to one partition, so that they stand in the order of their inputs.
    func outputPartition(of input: Partition) -> Partition
    /// What folds its outputs.
    var ledger: any Projection { get }
    /// Whether the output to an input of a partition is folded.
    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool
    /// Topics of which something that is folded may change what it goes by, beside those that its inputs wait for.
    var hears: Set<String> { get }
    /// Whether it never lets an input wait, so that whoever waits until its inputs are folded waits for its outputs too.
    var isPrompt: Bool { get }

    /// Throws `Idle` where nothing can be answered at the moment.
    func view() throws -> View
    /// What follows from an input: a plain function of its arguments. Throws `Hold` where the input has to wait, and with it
    /// those behind it.
    /// `hasWaited`: Whether it has waited as long as it is to.
    func react(
        to input: Queue.Input,
        at position: Position,
        given view: View,
        hasWaited: Bool
    ) throws -> Output
}

extension Reactor {
    public var hears: Set<String> { [] }
    public var isPrompt: Bool { false }

    /// Follows from the input, so that it has one output, however often it is answered.
    func id(of input: Queue.Input, at position: Position) -> EventID {
        EventID(
            ofParts: scope + [
                Array(position.description.utf8), input.checksum.orderedBytes,
            ]
        )
    }
}

/// What a reactor answers.
public struct Output: Sendable {
    /// The record, in the envelope that it is sent in.
    public typealias Writing = @Sendable (Envelope) -> NewRecord

    public var record: Writing
    /// What is said instead where the log does not take that, such as one that is longer than a topic of others takes; it
    /// may stand behind outputs to later inputs then. Nil: there is nothing shorter to say.
    public var shorter: Writing?
    /// Nil: its own id.
    public var subject: String?
    /// Nil: when it was answered.
    public var time: Instant?
    /// The event time of the input.
    public var streamTime: Instant?

    public init(
        subject: String?,
        time: Instant? = nil,
        streamTime: Instant?,
        record: @escaping Writing
    ) {
        self.record = record
        self.subject = subject
        self.time = time
        self.streamTime = streamTime
    }

    /// A fact of the platform's own.
    public init<Event: PlatformEvent>(
        _ event: Event,
        shorter: Event? = nil,
        subject: String?,
        time: Instant? = nil,
        streamTime: Instant?
    ) {
        self.init(subject: subject, time: time, streamTime: streamTime) { event.newRecord($0) }
        if let shorter { self.shorter = { shorter.newRecord($0) } }
    }
}

/// Nothing can be answered at the moment.
public struct Idle: Error {
    /// Nil: there is nothing to say about it.
    public var why: String?
    public init(_ why: String?) { self.why = why }
}

/// An input has to wait.
public struct Hold: Error {
    /// How long at most, from its arrival on; nil: however long it takes.
    public var atMost: TimeSpan?
    /// When it came to the log; nil where only its writer says.
    public var arrival: Instant?
    /// How far what it goes by was folded. What the log held of that when it was first looked at is waited for in any
    /// case: a start may take longer than anything is to wait.
    public var reached: [Partition: Offset]

    public init(atMost: TimeSpan?, since arrival: Instant?, reached: [Partition: Offset]) {
        self.atMost = atMost
        self.arrival = arrival
        self.reached = reached
    }
}
