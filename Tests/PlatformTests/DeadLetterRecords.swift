import Bytes
import Events
import Logs
import Projections
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

/// What an intake makes of records that it refuses, as its reactor sends it.
struct DeadLetterRecords {
    var intake: Intake
    var partition: Partition

    /// Nil: it is not refused.
    func letter(
        of record: Record
    ) throws -> (id: EventID, first: NewRecord, shorter: NewRecord?)? {
        try letters(of: [record]).first
    }

    func letters(
        of records: [Record]
    ) throws -> [(id: EventID, first: NewRecord, shorter: NewRecord?)] {
        let store = MemoryStore()
        try store.open(intake.family)
        var changes = Changes(
            over: store,
            family: intake.family,
            shelf: intake.shelf(of: partition.index)
        )
        for record in records {
            changes.offset = record.offset
            try intake.apply(record, of: partition, to: &changes)
        }
        try store.write(changes.batch(), to: intake.family)
        let reactor = DeadLetters(intake)
        return try intake.next(after: -1, of: partition.index, limit: .max, bytes: .max, in: store)
            .map { input in
                let position = Position(partition, input.offset)
                let output = reactor.react(to: input, at: position, given: (), hasWaited: false)
                let envelope = Envelope(
                    id: reactor.id(of: input, at: position),
                    subject: try #require(output.subject),
                    time: try #require(output.time),
                    causation: position.description,
                    streamTime: output.streamTime
                )
                return (
                    envelope.id, output.record(envelope), output.shorter?(envelope)
                )
            }
    }
}
