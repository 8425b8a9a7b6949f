public import Bytes
public import Documents

/// What a subject is declared as, and what it is about to become. It is kept as the facts say it, whatever the rules of
/// this release make of that.
public struct Declared<Content: DeclaredContent>: Stored, Hashable {
    /// What is served.
    public var served: Content
    /// A changed definition that is being built beside it.
    public var next: Content?
    /// The number of the fact that made it so.
    public var revision: Int64
    public var declaredAt: Instant
    public var actor: String?

    public init(
        _ served: Content,
        next: Content? = nil,
        revision: Int64,
        declaredAt: Instant,
        actor: String?
    ) {
        self.served = served
        self.next = next
        self.revision = revision
        self.declaredAt = declaredAt
        self.actor = actor
    }

    public init(_ served: Content, next: Content? = nil, _ moment: Moment) {
        self.init(
            served,
            next: next,
            revision: moment.revision,
            declaredAt: moment.time,
            actor: moment.actor
        )
    }

    /// What the last declaration says.
    public var newest: Content { next ?? served }

    public func write(to writer: inout ByteWriter) {
        served.write(to: &writer)
        next.write(to: &writer)
        revision.write(to: &writer)
        declaredAt.write(to: &writer)
        actor.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        served = try Content(from: &reader)
        next = try Content?(from: &reader)
        revision = try Int64(from: &reader)
        declaredAt = try Instant(from: &reader)
        actor = try String?(from: &reader)
    }
}

/// What a fact declares.
public protocol DeclaredContent: Stored, Hashable {
    /// What the rows that come of it are of, in the word of the fact.
    var generation: Digest { get }
}

extension Declared {
    /// Content that is built before it is served: rows of another generation come into being beside those of the former
    /// one, which are served until a fact switches over.
    public static func declaring(
        _ content: Content,
        after former: Declared?,
        _ moment: Moment
    ) -> Declared {
        guard let former, former.served.generation != content.generation else {
            return Declared(content, moment)
        }
        return Declared(former.served, next: content, moment)
    }

    /// Serves what was built. Nil where that is not what is being built.
    public func switched(to generation: some Sequence<UInt8>) -> Declared? {
        guard let next, next.generation.bytes.elementsEqual(generation) else { return nil }
        var switched = self
        (switched.served, switched.next) = (next, nil)
        return switched
    }
}

/// The text of a definition, with what the fact calls it.
public struct DefinitionText<Definition: ResourceDefinition>: DeclaredContent {
    /// The subject of the fact.
    public var name: String
    /// The resource as canonical JSON.
    public var text: String
    public var generation: Digest

    public init(_ name: String, _ text: String, generation: Digest) {
        self.name = name
        self.text = text
        self.generation = generation
    }

    /// `generation`: As the fact has it. No release writes another than one of 32 bytes, and then it is a digest of all.
    public init(_ name: String, _ text: String, generation: some Collection<UInt8>) {
        var hasher = DigestHasher()
        for part in [Definition.kind, name, text] { hasher.updateCounted(part) }
        self.init(name, text, generation: Digest(bytes: generation) ?? hasher.finish())
    }

    // Bytes decide: texts that only look the same are two.

    public static func == (one: Self, other: Self) -> Bool {
        one.name.utf8.elementsEqual(other.name.utf8)
            && one.text.utf8.elementsEqual(other.text.utf8) && one.generation == other.generation
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(generation)
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Whether it is declared as exactly this.
    public func says(_ definition: Definition) -> Bool {
        text.utf8.elementsEqual(definition.canonicalText.utf8)
    }

    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        text.write(to: &writer)
        generation.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        text = try String(from: &reader)
        generation = try Digest(from: &reader)
    }
}

extension DefinitionText {
    /// What it says, as this release reads it.
    public func read() throws(UnreadableDefinition) -> Definition {
        do throws(DocumentProblems) {
            var definition = try Definition(canonical: text)
            guard definition.name.utf8.elementsEqual(name.utf8) else {
                throw DocumentProblems([
                    DocumentProblem(["name"], "it is `\(definition.name.excerpt)` here.")
                ])
            }
            definition.isDeclared(as: generation)
            return definition
        } catch {
            throw UnreadableDefinition(kind: Definition.kind, name: name, error)
        }
    }

    /// The same, for whoever has refusals of its own.
    public func read<Refusal: Error>(
        else refusal: (UnreadableDefinition) -> Refusal
    ) throws(Refusal) -> Definition {
        do throws(UnreadableDefinition) { return try read() } catch { throw refusal(error) }
    }

    /// Nil where this release refuses it or cannot read it.
    public var definition: Definition? {
        do throws(UnreadableDefinition) { return try read() } catch { return nil }
    }

    /// Why this release does not use it; nil where it does.
    public var fault: UnreadableDefinition? {
        do throws(UnreadableDefinition) {
            _ = try read()
            return nil
        } catch {
            return error
        }
    }
}

/// A definition that counts, because it was taken when it was declared, and that this release refuses or cannot read.
public struct UnreadableDefinition: DomainRefusal, Hashable {
    public var kind: String
    public var name: String
    public var problems: DocumentProblems

    public init(kind: String, name: String, _ problems: DocumentProblems) {
        self.kind = kind
        self.name = name
        self.problems = problems
    }

    public var isUnknown: Bool { false }

    /// What is wrong, on one line.
    public var reason: String {
        problems.list.map(\.description).joined(separator: " ")
    }

    public var description: String {
        "this release does not take what \(kind) \(name) was declared as: \(reason) "
            + "Nothing is done with it until it is declared anew: tributary apply -f FILE"
    }
}
