internal import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams

/// Writes a dead letter of every record that an intake refuses.
struct DeadLetters: Reactor {
    let queue: Intake

    init(_ intake: Intake) { queue = intake }

    var name: String { "dead letters of \(queue.stream.name)" }
    var partitions: Int32 { queue.stream.partitions }
    var scope: [[UInt8]] { [Array("intake".utf8), queue.generation.bytes] }
    var isPrompt: Bool { true }
    /// Of the reactor of an intake.
    static func key(of intake: Intake) -> String { "dead letters \(intake.generation.hex)" }

    func outputPartition(of input: Partition) -> Partition {
        DeadLetterLedger.outputPartition(of: input)
    }

    var ledger: any Projection { DeadLetterLedger() }

    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try DeadLetterLedger.has(id, of: input, for: queue, in: reader)
    }

    func view() {}

    func react(
        to input: RefusedInput,
        at position: Position,
        given view: Void,
        hasWaited: Bool
    ) -> Output {
        let (event, shorter) = DeadLetter(input, of: position.partition, to: queue).events
        return Output(
            event,
            shorter: shorter,
            subject: queue.stream.name,
            time: input.timestamp,
            streamTime: input.time
        )
    }
}
