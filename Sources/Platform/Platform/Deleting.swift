internal import Datasets
internal import Documents
public import Engine
public import Events
internal import JSON
internal import Store

extension Platform {
    /// Deletes a resource that nothing uses.
    public func delete(_ kind: String, _ name: String, for caller: Caller) async throws -> Effect {
        func delete<K: DeclaredKind>(_ kind: K.Type) async throws -> Effect {
            try await engine.execute(caller, on: name, of: K.Source()) { reader, _ in
                guard try K.entry(name, in: reader) != nil else {
                    let known = try K.entries(in: reader).map(\.name)
                    throw PlatformError.refused(
                        UnknownResource(kind: K.kind, name: name, known: known)
                    )
                }
                let users = try users(of: K.self, name, in: reader)
                guard users.isEmpty else {
                    throw PlatformError.refused(UsedResource(kind: K.kind, name: name, by: users))
                }
                return K.delete(name)
            }
        }
        guard let known = kinds[kind] else {
            throw PlatformError.invalid("there is no kind \(kind)")
        }
        let effect = try await delete(known)
        await engine.fitSeats()
        return effect
    }

    /// What would not do without a resource: whatever is served with it, or is about to be.
    func users<K: DeclaredKind>(
        of kind: K.Type,
        _ name: String,
        in reader: any StoreReader
    ) throws -> [ResourceUser] {
        let others = kinds.all.filter { $0.refersTo.contains(K.kind) }
        // What refers to it is told by names alone.
        var names = Neighbours()
        for kind in kinds.all where others.contains(where: { $0.refersTo.contains(kind.kind) }) {
            for name in try kind.names(in: reader) { names.add(unreadable: name, of: kind.kind) }
        }
        return try others.flatMap { try $0.users(of: K.kind, name, among: names, in: reader) }
            + (try K.versions(with: name, in: reader)).map { .version($0) }
    }

    /// The versions that answer, or may be asked to, and were trained on certain rows: what their dataset is declared
    /// as may have changed since.
    static func trainedVersions(
        in reader: any StoreReader,
        where isTrained: (DatasetManifest) throws -> Bool
    ) throws -> [String] {
        let names = try servedVersions(in: reader).filter { try isTrained($0.rows) }.map(\.name)
        return Set(names).sorted()
    }
}

/// There is no such resource.
public struct UnknownResource: DomainRefusal, Hashable {
    public var kind: String
    public var name: String
    public var known: [String]

    /// `known`: The names of those there are.
    public init(kind: String, name: String, known: [String]) {
        self.kind = kind
        self.name = name
        self.known = known
    }

    public var isUnknown: Bool { true }

    public var description: String {
        "there is no \(kind) \(name).\(Spelling.suggestion(for: name, among: known)) "
            + "`tributary get \(kind.lowercased())` lists those there are"
    }
}

/// Who would miss a resource.
enum ResourceUser: Hashable {
    case definition(kind: String, name: String)
    /// One that this release does not take, and that has the name in it.
    case unreadable(kind: String, name: String)
    /// A version of a model that was trained with it: `lateness@1`
    case version(String)

    fileprivate var sentence: String {
        switch self {
        case .definition(let kind, let name): "\(kind) \(name)"
        case .unreadable(let kind, let name):
            "perhaps \(kind) \(name), which this release does not take"
        case .version(let name): "Model \(name), which was trained with it and may answer"
        }
    }

    fileprivate var advice: String {
        switch self {
        case .definition(let kind, let name), .unreadable(let kind, let name):
            "change it or `tributary delete \(kind.lowercased()) \(name)`"
        case .version(let name): "promote another version in place of \(name)"
        }
    }
}

extension DeclaredKind {
    static func names(in reader: any StoreReader) throws -> [String] {
        try entries(in: reader).map(\.name)
    }

    /// Those of this kind that refer to a resource.
    fileprivate static func users(
        of other: String,
        _ name: String,
        among names: Neighbours,
        in reader: any StoreReader
    ) throws -> [ResourceUser] {
        try entries(in: reader).compactMap { user, entry in
            let texts = [entry.served, entry.next].compactMap(\.self).map { text(of: $0) }
            for definition in texts.compactMap(\.definition) {
                let refers = references(of: definition, among: names).contains {
                    $0.kind == other && $0.name == name
                }
                if refers { return .definition(kind: kind, name: user) }
            }
            let mayRefer = texts.contains { $0.definition == nil && $0.mayName(name) }
            return mayRefer ? .unreadable(kind: kind, name: user) : nil
        }
    }
}

extension DefinitionText {
    /// Whether what cannot be read has a name somewhere in it.
    fileprivate func mayName(_ name: String) -> Bool {
        do throws(JSONError) {
            return try JSONValue(parsing: text)["spec"]?.mayName(name) == true
        } catch {
            return false
        }
    }
}

/// A resource that others would miss.
struct UsedResource: DomainRefusal, Hashable {
    var kind: String
    var name: String
    var users: [ResourceUser]

    init(kind: String, name: String, by users: [ResourceUser]) {
        self.kind = kind
        self.name = name
        self.users = users
    }

    var isUnknown: Bool { false }

    /// `Dataset late is used by Model lateness. First change it or `tributary delete model lateness``
    var description: String {
        "\(kind) \(name) is used by \(users.map(\.sentence).joined(separator: ", ")). "
            + "First \(users.map(\.advice).joined(separator: ", and "))"
    }
}
