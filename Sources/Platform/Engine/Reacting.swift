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
    /// Of what folds its outputs.
    private let ledger: Digest
    private var places: [Place]
    /// Where what inputs wait for ended when it was first looked at.
    private var ends: [Partition: Offset] = [:]
    /// Topics that inputs wait for.
    private var awaited: Set<String> = []
    /// The partition that is answered first: each in turn, where not all can be at once.
    private var first = 0
    /// Why nothing is answered at the moment; said once.
    private var told: String?
    /// What has gone wrong, and since when.
    private var failing: (why: String, since: ContinuousClock.Instant)?
    private var isAlerted = false
    /// Whether something was answered since it stopped last.
    private var hasGoneOn = false
    /// Whether rows were dropped, so that what was answered is to be looked up again.
    private var isMistaken = false

    private enum Stage {
        /// What is in the log is not known.
        case unsure
        /// Outputs are waited for that are in the log and not folded.
        case looking([Partition: Offset], since: ContinuousClock.Instant)
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
        var refused: Refused?
        /// What was answered is not known while its outputs are not folded up to here, and somebody stands before that.
        var unknown: Offset?
    }

    /// An input whose output the log does not take. It is tried again, and holds up those behind it.
    private struct Refused {
        var offset: Offset
        var why: String
        var due: ContinuousClock.Instant
        var delay: Duration
    }

    /// How many inputs of a partition are answered before the log is waited for.
    private static var batchLimit: Int { Engine.batchLimit }
    /// What the inputs of all partitions may take that are answered together.
    private static var batchBytes: Int { 16 << 20 }
    /// How many rows are removed between two batches of the fold.
    private static var tidyLimit: Int { 2_048 }
    private static var pause: Duration { .milliseconds(200) }
    private static var tolerance: Duration { .seconds(5) }

    init(_ reactor: Reaction, _ key: String, on thread: ReactorThread, of engine: Engine) {
        self.reactor = reactor
        self.key = key
        self.thread = thread
        self.engine = engine
        ledger = reactor.ledger.generation
        places = Array(repeating: Place(), count: Int(reactor.partitions))
    }

    private var queue: Reaction.Queue { reactor.queue }
    private func input(_ index: Int) -> Partition { Partition(queue.topic, Int32(index)) }
    private func output(_ index: Int) -> Partition { reactor.outputPartition(of: input(index)) }
    private var outputTopic: String { output(0).topic }
    private func place(_ index: Int) -> Gate.Place {
        Gate.Place(generation: queue.generation, partition: input(index))
    }

    func hear(_ news: ReactorThread.News) {
        switch news {
        case .folded(let topic):
            let isOutput = topic == outputTopic
            if isOutput {
                for index in places.indices { places[index].mayTidy = true }
                guard case .looking = stage else {
                    if places.contains(where: { $0.tidied < $0.reached }) { due = .now }
                    return
                }
            }
            if isOutput || topic == queue.topic || awaited.contains(topic)
                || reactor.hears.contains(topic)
            {
                due = .now
            }
        case .begun(let generation, let partition):
            guard generation == queue.generation, partition.topic == queue.topic,
                places.indices.contains(Int(partition.index))
            else { return }
            places[Int(partition.index)].mayTidy = true
            due = .now
        case .dropped(let generation, let partition):
            if generation == ledger, partition.topic == outputTopic {
                // What was answered is known again when it is folded anew.
                for index in places.indices { places[index].reached = places[index].tidied }
                isMistaken = true
                due = .now
            }
            guard generation == queue.generation, partition.topic == queue.topic,
                places.indices.contains(Int(partition.index))
            else { return }
            places[Int(partition.index)] = Place()
            isMistaken = true
            due = .now
        case .appended(let key): if key == self.key { due = .now }
        case .tidied(let key, let index, let offset):
            guard key == self.key else { return }
            let index = Int(index)
            places[index].isTidying = false
            guard let offset else {
                // Nobody sits there, or there is no room.
                places[index].mayTidy = true
                due = min(due, .now + .seconds(1))
                return
            }
            if offset > places[index].tidied, offset <= places[index].reached {
                places[index].tidied = offset
                // There may be more than were removed at once.
                places[index].mayTidy = true
            }
            if places[index].mayTidy, places[index].tidied < places[index].reached { due = .now }
        }
    }

    func step() {
        do {
            try goOn()
        } catch let idle as Idle {
            failing = nil
            tell(idle.why)
            due = .now + .seconds(1)
        } catch {
            // A later output may be in the log without an earlier one.
            stage = .unsure
            tell("\(error)")
            fail("\(error)")
            due = .now + Self.pause
        }
        warn()
    }

    private func fail(_ why: String) { failing = (why, failing?.since ?? .now) }

    /// Why it does not go on, in whole or in part. What passes within moments is no reason.
    private var stopped: [String] {
        let lasting = failing.flatMap { .now - $0.since > Self.tolerance ? $0.why : nil }
        return (lasting.map { [$0] } ?? []) + places.compactMap(\.refused?.why)
    }

    /// Raises an alert as soon as it does not go on.
    private func warn() {
        let stopped = stopped
        guard !stopped.isEmpty else { return isAlerted = false }
        hasGoneOn = false
        guard !isAlerted else { return }
        isAlerted = true
        engine.raise(
            Engine.reactorStopped,
            about: reactor.name,
            "These do not go on: \(reactor.name).",
            stopped.joined(separator: "; ")
        )
    }

    private func tell(_ why: String?) {
        if let why, why != told { engine.notice("\(reactor.name) waits: \(why)") }
        told = why
    }

    private func goOn() throws {
        if case .unsure = stage {
            // Of those who have nothing to answer, nobody asks the log.
            guard try isAnythingLeft() else {
                failing = nil
                due = .now + .seconds(60)
                return
            }
            // What a former one has sent may land yet.
            guard !engine.reactors.gate.isFlying(Set(places.indices.map(place))) else {
                due = .now + Self.pause
                return
            }
            stage = .looking(try outputEnds(), since: .now)
        }
        if case .looking(let ends, let since) = stage {
            guard areFolded(ends) else {
                // They may end elsewhere by now, where a topic was made anew.
                if .now - since > Self.tolerance { stage = .unsure }
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
            let failures = flight.failures
            guard failures.isEmpty else { return fail(failures) }
            stage = .ready
            (failing, hasGoneOn) = (nil, true)
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
        for index in places.indices {
            places[index].reached = reached[index]
            if let refused = places[index].refused, refused.offset <= reached[index] {
                places[index].refused = nil
            }
        }
    }

    /// Not everything that was sent is in the log for certain. What the log refuses for good holds up its own partition.
    private func fail(_ failures: [(input: Position, error: AppendError)]) {
        let now = ContinuousClock.now
        for (input, error) in failures.sorted(by: { $0.input < $1.input }) {
            let why = "appending to \(outputTopic): \(error)"
            tell(why)
            guard case .refused(let sentence) = error else {
                fail(why)
                continue
            }
            let index = Int(input.partition.index)
            let former = places[index].refused
            // The first is in the way of the others.
            if let former, former.offset != input.offset, former.due > now { continue }
            let delay = former?.offset == input.offset ? former?.delay : nil
            places[index].refused = Refused(
                offset: input.offset,
                why: "what follows from \(input) is refused by the log: \(sentence)",
                due: now + (delay ?? .seconds(1)),
                delay: min((delay ?? .seconds(1)) * 2, .seconds(30))
            )
        }
        stage = .unsure
        due = now + Self.pause
    }

    var status: ReactorStatus {
        ReactorStatus(
            name: reactor.name,
            topic: queue.topic,
            output: outputTopic,
            why: told,
            stopped: stopped,
            hasGoneOn: hasGoneOn
        )
    }

    /// Whether there are rows: what waits, or was answered and is there yet.
    private func isAnythingLeft() throws -> Bool {
        for index in places.indices where engine.reactors.gate.isOpen(place(index)) {
            let next = try queue.next(
                after: places[index].tidied,
                of: Int32(index),
                limit: 1,
                in: engine.store
            )
            if !next.isEmpty { return true }
        }
        return false
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

    /// Whether it is known what was answered, of all whose outputs are folded by somebody who goes on.
    private func areFolded(_ ends: [Partition: Offset]) -> Bool {
        for index in places.indices {
            guard let end = ends[output(index)], !isFolded(index, below: end) else {
                places[index].unknown = nil
                continue
            }
            guard whyUnfolded(index) != nil else { return false }
            places[index].unknown = end
        }
        return true
    }

    private func seat(_ index: Int) -> SeatStatus? {
        engine.seats(on: output(index)).first { $0.generation == ledger }
    }

    private func isFolded(_ index: Int, below end: Offset) -> Bool {
        seat(index).map { $0.progress.next >= end } ?? false
    }

    /// Why the outputs of a partition are not folded; nil: they will be.
    private func whyUnfolded(_ index: Int) -> String? { seat(index)?.stopped }

    /// Sends what can be answered by now.
    private func answerNext() throws {
        var pass = Pass(view: try reactor.view(), reached: places.map(\.reached))
        for turn in places.indices where pass.room > 0 {
            let index = (first + turn) % places.count
            guard !thread.isStopping else { return }
            if engine.reactors.gate.isOpen(place(index)) { try answer(index, &pass) }
            if pass.room <= 0 { first = (index + 1) % places.count }
        }
        tell(pass.failure)
        if pass.isFailing, let why = pass.failure { fail(why) }
        guard !pass.items.isEmpty else {
            if !pass.isFailing { failing = nil }
            let hasMoved = pass.reached != places.map(\.reached)
            set(pass.reached)
            due = .now + (hasMoved ? .zero : pass.nextLook)
            return
        }
        let gate = engine.reactors.gate
        let sent = Set(pass.items.map { place(Int($0.input.partition.index)) })
        // Rows that are about to be dropped are answered when they have been folded anew.
        guard gate.enter(sent) else {
            due = .now + Self.pause
            return
        }
        stage = .sending(
            Flight(pass.items, to: engine.log) { [thread, key] in
                gate.leave(sent)
                thread.tell(.appended(key))
            },
            reached: pass.reached
        )
        due = .now + .seconds(60)
    }

    /// Answers the next inputs of a partition.
    private func answer(_ index: Int, _ pass: inout Pass) throws {
        if let end = places[index].unknown {
            guard isFolded(index, below: end) else {
                pass.isFailing = true
                return pass.fail(
                    "what was answered is not known while \(output(index)) is not folded: "
                        + (whyUnfolded(index) ?? "it is being folded")
                )
            }
            places[index].unknown = nil
        }
        let refused = places[index].refused.flatMap { $0.due > .now ? $0 : nil }
        let inputs = try queue.next(
            after: places[index].reached,
            of: Int32(index),
            // Those behind one that is refused are not read again and again.
            limit: refused == nil ? Self.batchLimit : 1,
            bytes: pass.room,
            in: engine.store
        )
        for next in inputs {
            let position = Position(input(index), next.offset)
            let id = reactor.id(of: next, at: position)
            pass.room -= next.byteCount
            do {
                if try !reactor.isAnswered(id, of: input(index), in: engine.store) {
                    if let refused, refused.offset == next.offset {
                        return pass.fail(refused.why)
                    }
                    guard let output = try answer(next, at: position, &pass) else { return }
                    pass.items.append(item(output, id, position))
                }
                pass.reached[index] = next.offset
            } catch let idle as Idle {
                return pass.fail(idle.why)
            } catch {
                // It holds up those behind it, and nobody else.
                pass.isFailing = true
                return pass.fail("\(position): \(error)")
            }
        }
        // Who is held up has nothing more to answer, however much waits.
        if inputs.count == Self.batchLimit || pass.room <= 0 { pass.nextLook = .zero }
    }

    private struct Pass {
        var view: Reaction.View
        var reached: [Offset]
        var items: [Flight.Item] = []
        /// What further inputs may take.
        var room = Reacting.batchBytes
        /// Why an input cannot be answered at the moment.
        var failure: String?
        /// Whether that is more than nothing to answer with.
        var isFailing = false
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
    ) throws -> Output? {
        do {
            return try reactor.react(to: next, at: position, given: pass.view, hasWaited: false)
        } catch is Hold {
            pass.view = try reactor.view()
        }
        do {
            return try reactor.react(to: next, at: position, given: pass.view, hasWaited: false)
        } catch let hold as Hold {
            awaited.formUnion(hold.reached.keys.map(\.topic))
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

    private func item(
        _ output: Output,
        _ id: EventID,
        _ position: Position
    ) -> Flight.Item {
        let envelope = Envelope(
            id: id,
            subject: output.subject ?? id.description,
            time: output.time ?? engine.clock.now(),
            causation: position.description,
            streamTime: output.streamTime
        )
        return Flight.Item(
            record: output.record(envelope),
            shorter: output.shorter?(envelope),
            output: reactor.outputPartition(of: position.partition),
            input: position
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
