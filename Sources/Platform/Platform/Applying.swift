public import Documents
public import Engine
internal import Events
public import Logs
internal import Records
internal import Store
internal import Workers

/// What `apply` did with one definition.
public struct ApplyResult: Sendable {
    public var kind: String
    public var name: String
    public var applied: Applied
    public var effect = Effect.unchanged
    /// What follows, such as a backfill.
    public var note: String?
    /// What would be refused later as things stand, or comes unexpected.
    public var notes: [String] = []

    public var position: Position? { effect.position }
}

/// What became of a definition that was applied.
public enum Applied: String, Sendable {
    case created, changed, unchanged
}

extension Platform {
    /// Declares everything in the order of references, or nothing where something does not fit or is refused before the
    /// first is declared.
    /// `isDryRun`: Only says what would be done.
    public func apply(
        _ definitions: [any ResourceDefinition],
        for caller: Caller,
        isDryRun: Bool = false
    ) async throws -> [ApplyResult] {
        let reader = try store.snapshot()
        let plan = try ApplyPlan(definitions, of: kinds, in: reader)
        let problems = plan.problems()
        guard problems.isEmpty else { throw PlatformError.doesNotFit(problems) }
        var now = Declaring(reader: reader, topics: try await topicPartitions())
        now.held = try await recordsHeld(byTopicsOf: definitions, now)
        var results: [ApplyResult] = []
        for definition in definitions {
            results.append(try expected(of: definition, among: plan.neighbours, now))
        }
        guard !isDryRun else { return results }
        for index in plan.order() {
            let effect = try await declare(
                definitions[index],
                topics: now.topics,
                for: caller.part(index)
            )
            results[index].effect = effect
            // The same request came before: the answer is the one that was given then.
            if case .repeated(let position, _) = effect {
                results[index].applied = try applied(definitions[index], before: position)
            }
        }
        await engine.fitSeats()
        return results
    }

    private func expected(
        of definition: any ResourceDefinition,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> ApplyResult {
        func result<K: DeclaredKind>(_ kind: K.Type) throws -> ApplyResult {
            guard let definition = definition as? K.Definition else {
                preconditionFailure("A definition is of its kind.")
            }
            let former = try K.entry(definition.name, in: now.reader)
            try refusing { try K.check(definition, now) }
            var result = ApplyResult(kind: K.kind, name: definition.name, applied: .created)
            if let former {
                let isSame = K.text(of: former.newest).says(definition)
                result.applied = isSame ? .unchanged : .changed
                // What follows is seen by whoever reads what is served.
                if !isSame, let served = K.text(of: former.served).definition {
                    result.note = K.note(definition, after: served)
                }
            }
            result.notes = try K.notes(definition, isNew: former == nil, among: neighbours, now)
            return result
        }
        return try result(try known(definition))
    }

    /// How many records the topics of streams that are not declared yet hold already.
    private func recordsHeld(
        byTopicsOf definitions: [any ResourceDefinition],
        _ now: Declaring
    ) async throws -> [String: Int64] {
        let topics = try definitions.compactMap { definition -> (String, Int32)? in
            guard let stream = definition as? StreamDefinition,
                let partitions = now.topics[stream.topic],
                try StreamKind.entry(stream.name, in: now.reader) == nil
            else { return nil }
            return (stream.topic, partitions)
        }
        guard !topics.isEmpty else { return [:] }
        return try await engine.pool.run { [log] in
            var held: [String: Int64] = [:]
            for (topic, partitions) in topics {
                held[topic] = try (0 ..< partitions).reduce(Int64(0)) { sum, index in
                    let bounds = try log.bounds(of: Partition(topic, index))
                    return sum + bounds.upperBound - bounds.lowerBound
                }
            }
            return held
        }
    }

    /// Declares one definition, as it would be alone.
    func declare(
        _ definition: any ResourceDefinition,
        topics: [String: Int32],
        for caller: Caller
    ) async throws -> Effect {
        func declare<K: DeclaredKind>(_ kind: K.Type) async throws -> Effect {
            guard let definition = definition as? K.Definition else {
                preconditionFailure("A definition is of its kind.")
            }
            return try await engine.execute(caller, on: definition.name, of: K.Source()) {
                reader,
                _ in
                try refusing {
                    try K.declare(definition, Declaring(reader: reader, topics: topics))
                }
            }
        }
        return try await declare(try known(definition))
    }

    private func applied(
        _ definition: any ResourceDefinition,
        before position: Position
    ) throws -> Applied {
        func wasThere<K: DeclaredKind>(_ kind: K.Type) throws -> Bool {
            guard position.offset > 0 else { return false }
            return try K.entry(definition.name, in: store, asOf: position.offset - 1) != nil
        }
        return try wasThere(try known(definition)) ? .changed : .created
    }

    private func known(
        _ definition: any ResourceDefinition
    ) throws -> any DeclaredKind.Type {
        let name = type(of: definition).kind
        guard let kind = kinds[name] else {
            throw PlatformError.invalid("there is no kind \(name)")
        }
        return kind
    }
}

/// Definitions that are to be applied together, among all that are there already.
private struct ApplyPlan {
    private let kinds: Kinds
    private let definitions: [any ResourceDefinition]
    /// All that is declared by now, and all there would be.
    private let former: Neighbours
    let neighbours: Neighbours
    /// Where a resource stands among the definitions.
    private let places: [String: Int]

    init(
        _ definitions: [any ResourceDefinition],
        of kinds: Kinds,
        in reader: any StoreReader
    ) throws {
        self.kinds = kinds
        self.definitions = definitions
        var neighbours = Neighbours()
        for kind in kinds.all { try kind.add(to: &neighbours, from: reader) }
        former = neighbours
        for definition in definitions {
            neighbours.add(definition)
        }
        self.neighbours = neighbours
        places = Dictionary(
            definitions.enumerated().map { ($1.subject, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func problems() -> [DeclarationProblem] {
        var problems: [DeclarationProblem] = []
        for (index, definition) in definitions.enumerated() {
            problems += faults(of: definition).map { fault in
                problem(index, fault, "\(definition.subject): \(fault.message)")
            }
        }
        return problems + leftBehind()
    }

    /// What others refer to comes first; else they stay in the order in which they were given.
    func order() -> [Int] {
        var order: [Int] = []
        var seen: Set<Int> = []
        func visit(_ index: Int) {
            guard seen.insert(index).inserted else { return }
            for reference in references(of: definitions[index]) {
                if let place = places[reference.subject] { visit(place) }
            }
            order.append(index)
        }
        for index in definitions.indices { visit(index) }
        return order
    }

    /// What is declared already, is not declared anew, and would not fit any more.
    private func leftBehind() -> [DeclarationProblem] {
        var problems: [DeclarationProblem] = []
        for other in neighbours.all where places[other.subject] == nil {
            guard let index = references(of: other).compactMap({ places[$0.subject] }).first else {
                continue
            }
            let known = faults(of: other, among: former)
            problems += faults(of: other).filter { !known.contains($0) }.map { fault in
                problem(
                    index,
                    DocumentProblem(["spec"], ""),
                    "\(definitions[index].subject): \(other.subject) would not fit any more: "
                        + fault.message
                )
            }
        }
        return problems
    }

    private func problem(
        _ index: Int,
        _ fault: DocumentProblem,
        _ message: String
    ) -> DeclarationProblem {
        DeclarationProblem(
            index: index,
            problem: DocumentProblem(fault.path, message, isAboutKey: fault.isAboutKey)
        )
    }

    private func faults(
        of definition: any ResourceDefinition,
        among others: Neighbours? = nil
    ) -> [DocumentProblem] {
        kinds[type(of: definition).kind]?
            .allFaults(of: definition, among: others ?? neighbours) ?? []
    }

    private func references(of definition: any ResourceDefinition) -> [Reference] {
        kinds[type(of: definition).kind]?
            .allReferences(of: definition, among: neighbours) ?? []
    }
}

extension ResourceDefinition {
    /// `Stream flights.arrived`
    var subject: String { "\(Self.kind) \(name)" }
}
