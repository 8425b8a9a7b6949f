internal import Bytes
internal import Events
internal import Logs
internal import Projections
internal import Store

/// A reactor at work. Whatever went wrong, it looks up what is in the log before it goes on: each output has an id that
/// follows from its input, so that what was answered is known one by one.
final class Reacting<Reaction: Reactor>: Running {
    private let reactor: Reaction
    private let key: String
    private let thread: ReactorThread
    private let engine: Engine
    private(set) var due = ContinuousClock.now
    private var stage = Stage.unsure
    private var places: [Place]
    /// Where what inputs wait for ended when it was first looked at.
    private var ends: [Partition: Offset] = [:]
    /// Why nothing is answered at the moment; said once.
    private var told: String?
    /// Whether rows were dropped, so that what was answered is to be looked up again.
    private var isMistaken = false

    private enum Stage {
        /// What is in the log is not known.
        case unsure
        /// Outputs are waited for that are in the log and not folded.
        case looking([Partition: Offset])
        case ready
        case sending(Flight, reached: [Offset])
    }

    /// How far it is with one partition.
    private struct Place {
        /// Every input up to here has its output in the log.
        var reached: Offset = -1
        /// Every row up to here was removed, because its output was folded.
        var tidied: Offset = -1
        var isTidying = false
        /// Whether something was folded since it was last tried to remove rows.
        var mayTidy = true
        /// The input that holds it up, and since when.
        var head: (offset: Offset, since: Instant)?
    }

    /// How many inputs of a partition are answered before the log is waited for.
    private static var batchLimit: Int { 512 }
    /// How many rows are removed between two batches of the fold.
    private static var tidyLimit: Int { 2_048 }
    private static var pause: Duration { .milliseconds(200) }

    init(_ reactor: Reaction, _ key: String, on thread: ReactorThread, of engine: Engine) {
        self.reactor = reactor
        self.key = key
        self.thread = thread
        self.engine = engine
        places = Array(repeating: Place(), count: Int(reactor.partitions))
    }

    private var queue: Reaction.Queue { reactor.queue }
    private func input(_ index: Int) -> Partition { Partition(queue.topic, Int32(index)) }
    private func output(_ index: Int) -> Partition { reactor.outputPartition(of: input(index)) }

    func hear(_ news: ReactorThread.News) {
        switch news {
        case .folded(let topic):
            let isOutput = topic == Reaction.Event.topic.name
            if isOutput {
                for index in places.indices { places[index].mayTidy = true }
                guard case .looking = stage else {
                    if places.contains(where: { $0.tidied < $0.reached }) { due = .now }
                    return
                }
            }
            if isOutput || topic == queue.topic || reactor.hears(topic) { due = .now }
        case .dropped(let generation, let partition):
            guard generation == queue.generation, partition.topic == queue.topic,
                places.indices.contains(Int(partition.index))
            else { return }
            places[Int(partition.index)] = Place()
            isMistaken = true
            due = .now
        case .appended(let key): if key == self.key { due = .now }
        case .tidied(let key, let index, let offset):
            guard key == self.key else { return }
            places[Int(index)].isTidying = false
            let place = places[Int(index)]
            guard let offset, offset > place.tidied, offset <= place.reached else { return }
            places[Int(index)].tidied = offset
            // There may be more than were removed at once.
            places[Int(index)].mayTidy = true
            if offset < place.reached { due = .now }
        }
    }

    func step() {
        do {
            try goOn()
        } catch let idle as Idle {
            tell(idle.why)
            due = .now + .seconds(1)
        } catch {
            // A later output may be in the log without an earlier one.
            stage = .unsure
            tell("\(error)")
            due = .now + Self.pause
        }
    }

    private func tell(_ why: String?) {
        if let why, why != told { engine.notice("\(reactor.name) waits: \(why)") }
        told = why
    }

    private func goOn() throws {
        if case .unsure = stage { stage = .looking(try outputEnds()) }
        if case .looking(let ends) = stage {
            guard try areFolded(ends) else {
                due = .now + Self.pause
                return
            }
            stage = .ready
        }
        if case .sending(let flight, let reached) = stage {
            guard flight.hasEnded else {
                due = .now + .seconds(60)
                return
            }
            if let failure = flight.failure {
                throw PlatformError.unavailable(
                    "appending to \(Reaction.Event.topic.name): \(failure)"
                )
            }
            stage = .ready
            if !isMistaken { set(reached) }
        }
        if isMistaken {
            isMistaken = false
            stage = .unsure
            due = .now
            return
        }
        tidy()
        try answerNext()
    }

    private func set(_ reached: [Offset]) {
        for index in places.indices { places[index].reached = reached[index] }
    }

    /// Where the outputs in the log end.
    private func outputEnds() throws -> [Partition: Offset] {
        try engine.requireLog()
        var ends: [Partition: Offset] = [:]
        for output in Set(places.indices.map(output)) {
            ends[output] = try engine.log.bounds(of: output).upperBound
        }
        return ends
    }

    private func areFolded(_ ends: [Partition: Offset]) throws -> Bool {
        for (output, end) in ends where engine.folded(output) ?? -1 < end {
            if let why = engine.seats(on: output).lazy.compactMap(\.stopped).first {
                throw PlatformError.unavailable(
                    "what was answered is not known while \(output) is not folded: \(why)"
                )
            }
            return false
        }
        return true
    }

    /// Sends what can be answered by now.
    private func answerNext() throws {
        var pass = Pass(view: try reactor.view())
        var records: [(record: NewRecord, output: Partition)] = []
        var reached = places.map(\.reached)
        for index in places.indices {
            let inputs = try queue.next(
                after: reached[index],
                of: Int32(index),
                limit: Self.batchLimit,
                in: engine.store
            )
            var isHeld = false
            for next in inputs where !isHeld {
                guard !thread.isStopping else { return }
                let position = Position(input(index), next.offset)
                let id = reactor.id(of: next, at: position)
                do {
                    if try !reactor.isAnswered(id, on: output(index).index, in: engine.store) {
                        guard let answer = try answer(next, at: position, &pass) else {
                            isHeld = true
                            continue
                        }
                        records.append((record(answer, id, position), output(index)))
                    }
                    reached[index] = next.offset
                } catch let idle as Idle {
                    isHeld = true
                    pass.fail(idle.why)
                } catch {
                    // It holds up those behind it, and nobody else.
                    isHeld = true
                    pass.fail("\(position): \(error)")
                }
            }
            // Who is held up has nothing more to answer, however much waits.
            if inputs.count == Self.batchLimit, !isHeld { pass.nextLook = .zero }
        }
        tell(pass.failure)
        guard !records.isEmpty else {
            let hasMoved = reached != places.map(\.reached)
            set(reached)
            due = .now + (hasMoved ? .zero : pass.nextLook)
            return
        }
        stage = .sending(
            Flight(records, to: engine.log) { [thread, key] in thread.tell(.appended(key)) },
            reached: reached
        )
        due = .now + .seconds(60)
    }

    private struct Pass {
        var view: Reaction.View
        /// Why an input cannot be answered at the moment.
        var failure: String?
        /// When to look again at the latest, if nothing is folded till then.
        var nextLook = Duration.seconds(60)

        mutating func fail(_ why: String?) {
            failure = failure ?? why
            nextLook = min(nextLook, .seconds(1))
        }
    }

    /// Nil: the input waits.
    private func answer(
        _ next: Reaction.Queue.Input,
        at position: Position,
        _ pass: inout Pass
    ) throws -> Output<Reaction.Event>? {
        do {
            return try reactor.react(to: next, at: position, given: pass.view, hasWaited: false)
        } catch is Hold {
            pass.view = try reactor.view()
        }
        do {
            return try reactor.react(to: next, at: position, given: pass.view, hasWaited: false)
        } catch let hold as Hold {
            if let left = try waitingTime(of: position, hold) {
                pass.nextLook = min(pass.nextLook, left)
                return nil
            }
        }
        return try reactor.react(to: next, at: position, given: pass.view, hasWaited: true)
    }

    /// How long an input waits yet, if nothing is folded till then; nil: it has waited for long enough.
    private func waitingTime(of position: Position, _ hold: Hold) throws -> Duration? {
        guard let span = hold.atMost else { return .seconds(1) }
        let now = engine.clock.now()
        let index = Int(position.partition.index)
        if places[index].head?.offset != position.offset {
            places[index].head = (position.offset, since: now)
        }
        // The log's clock may be ahead of ours; where only the writer says when it came, nobody knows.
        let seen = places[index].head?.since ?? now
        let since = min(hold.arrival ?? seen, seen)
        let left =
            Duration.microseconds((since + span).microseconds) - .microseconds(now.microseconds)
        guard left <= .zero else { return min(left, .seconds(1)) }
        for (partition, reached) in hold.reached {
            let end = try ends[partition] ?? engine.log.bounds(of: partition).upperBound
            ends[partition] = end
            if reached < end { return .seconds(1) }
        }
        return nil
    }

    private func record(
        _ answer: Output<Reaction.Event>,
        _ id: EventID,
        _ position: Position
    ) -> NewRecord {
        answer.event.newRecord(
            Envelope(
                id: id,
                subject: answer.subject ?? id.description,
                time: engine.clock.now(),
                causation: position.description,
                streamTime: answer.streamTime
            )
        )
    }

    /// Has the rows removed whose outputs are folded. It is done by the thread that folds them, which looks once more: rows
    /// that were folded anew meanwhile may be of other records.
    private func tidy() {
        for index in places.indices {
            let place = places[index]
            guard place.mayTidy, !place.isTidying, place.tidied < place.reached else { continue }
            places[index].mayTidy = false
            places[index].isTidying = true
            let tidying = Tidying(
                reactor,
                on: input(index),
                behind: place.tidied,
                through: place.reached,
                limit: Self.tidyLimit
            )
            engine.tidy(
                queue,
                on: input(index),
                { store throws(StoreError) in try tidying.run(in: store) },
                ended: { [thread, key] in
                    thread.tell(.tidied(key, Int32(index), tidying.end))
                }
            )
        }
    }
}
