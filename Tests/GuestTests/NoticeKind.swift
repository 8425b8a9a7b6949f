import Bytes
import Documents
import Engine
import Events
import JSON
import Logs
import Platform
import Projections
import Store
import SwiftProtobuf

/// What joins the platform: the kind `Notice`, with its topic and its catalog.
final class Guests: KindWing {
    let kinds: [any DeclaredKind.Type] = [NoticeKind.self]
}

/// Something that whoever uses a stream should know.
struct NoticeDefinition: ResourceDefinition {
    static let kind = "Notice"
    static var schema: JSONValue { schema(spec: [streamKey.rule, textKey.rule]) }

    private static let streamKey = DocumentKey.text(
        "stream",
        "the stream that it is about",
        isRequired: true,
        takes: "the name of a Stream"
    )
    private static let textKey = DocumentKey.text(
        "text",
        "what is to be known",
        isRequired: true,
        takes: "a sentence"
    )

    var name: String
    var description: String
    var owner: String
    var stream: String
    var text: String

    var json: JSONValue {
        resource(spec: [("stream", .string(stream)), ("text", .string(text))])
    }
    var problems: [DocumentProblem] { nameProblems }

    init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: [Self.streamKey.rule, Self.textKey.rule]) { head, spec in
            Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                stream: spec.value(Self.streamKey) ?? "",
                text: spec.value(Self.textKey) ?? ""
            )
        }
    }

    private init(name: String, description: String, owner: String, stream: String, text: String) {
        (self.name, self.description, self.owner) = (name, description, owner)
        (self.stream, self.text) = (stream, text)
    }
}

/// Every declared notice with who has read it, as the facts of `tributary.notices` make it.
struct NoticeCatalog: Catalog {
    typealias Event = NoticeEvent
    typealias Entry = Declared<DefinitionText<NoticeDefinition>>

    static let name = "notices"
    static let family = Family("notices")
    static let generation = Digest(of: Array("notices".utf8))
    let foldVersion: Int64 = 1

    static let notices = Table<String, Entry>("notices", number: 16, keeps: .everyVersion)
    static let readers = Table<String, Readers>("readers", number: 17, keeps: .everyVersion)

    func fold(_ fact: NoticeEvent.OneOf_Fact, _ moment: Moment, _ changes: inout Changes) {
        let name = moment.subject
        switch fact {
        case .declared(let declared):
            let text = DefinitionText<NoticeDefinition>(name, declared.definition, generation: [])
            changes[Self.notices, name] = Declared(text, moment)
            // Nobody has read what it says now.
            changes[Self.readers, name] = nil
        case .deleted:
            changes[Self.notices, name] = nil
            changes[Self.readers, name] = nil
        case .acknowledged(let fact):
            guard changes[Self.notices, name] != nil else { return }
            var readers = changes[Self.readers, name] ?? Readers()
            readers.names.append(fact.reader)
            changes[Self.readers, name] = readers
        }
    }
}

/// Who has read a notice, the first first.
struct Readers: Stored {
    var names: [String] = []

    init() {}

    func write(to writer: inout ByteWriter) {
        Int64(names.count).write(to: &writer)
        for name in names { name.write(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        for _ in 0 ..< (try Int64(from: &reader)) { names.append(try String(from: &reader)) }
    }
}

enum NoticeKind: DeclaredKind {
    typealias Definition = NoticeDefinition
    typealias Source = NoticeCatalog

    static let declarations = NoticeCatalog.notices
    static let refersTo = ["Stream"]

    static func text(
        of content: DefinitionText<NoticeDefinition>
    ) -> DefinitionText<NoticeDefinition> { content }

    static func references(
        of notice: NoticeDefinition,
        among neighbours: Neighbours
    ) -> [Reference] { [Reference("Stream", notice.stream, at: ["spec", "stream"])] }

    static func declare(_ notice: NoticeDefinition, _ now: Declaring) throws -> NoticeEvent? {
        let former = try entry(notice.name, in: now.reader)
        guard former?.served.says(notice) != true else { return nil }
        return .with {
            $0.declared = .with {
                $0.name = notice.name
                $0.definition = notice.canonicalText
            }
        }
    }

    static func delete(_ name: String) -> NoticeEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }

    static func readers(
        of name: String,
        in reader: any StoreReader,
        asOf offset: Offset? = nil
    ) throws(StoreError) -> [String] {
        try CatalogView<NoticeCatalog>(reader, asOf: offset).tables
            .get(NoticeCatalog.readers, name, asOf: offset)?.names ?? []
    }

    static func status(
        of name: String,
        in reader: any StoreReader,
        asOf offset: Offset?
    ) throws -> [(String, JSONValue)] {
        let readers = try readers(of: name, in: reader, asOf: offset)
        return [("readers", .array(readers.map { .string($0) }))]
    }
}
