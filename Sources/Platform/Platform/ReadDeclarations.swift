internal import Bytes
internal import Events
internal import Features
internal import Records
internal import Synchronization

/// What declarations say, read once from the text of the newest of each generation.
final class ReadDeclarations<Content: DeclaredContent & Sendable, Value: Sendable>: Sendable {
    /// Nil is a value too: what was refused is not read again.
    private let known = Mutex<[Digest: (content: Content, value: Value?)]>([:])
    private let read: @Sendable (Content) -> Value?

    /// `read`: Nil for what this release refuses or cannot read.
    init(_ read: @escaping @Sendable (Content) -> Value?) { self.read = read }

    func value(of content: Content) -> Value? {
        // One generation may have several texts: with more partitions of its stream it reads more rows.
        if let known = known.withLock({ $0[content.generation] }), known.content == content {
            return known.value
        }
        let value = read(content)
        known.withLock { $0[content.generation] = (content, value) }
        return value
    }

    /// Lets go of all others.
    func keep(_ generations: Set<Digest>) {
        known.withLock { known in
            known = known.filter { generations.contains($0.key) }
        }
    }
}

typealias ReadViews = ReadDeclarations<FeatureCatalog.Declaration, FeatureView>
typealias ReadStreams = ReadDeclarations<DefinitionText<StreamDefinition>, StreamDefinition>
