internal import Bytes
internal import Events
internal import FoundationEssentials
internal import JSON
internal import Logs
internal import SwiftProtobuf

extension DatasetManifest {
    /// The manifest as the fact that seals a version.
    func sealed(as number: Int64, of dataset: String) -> DatasetEvent.Sealed {
        .with {
            $0.name = dataset
            $0.version = number
            $0.fromUs = from.microseconds
            $0.toUs = to.microseconds
            $0.definition = definition
            $0.generation = .init(generation.bytes)
            $0.views = views.map { view in
                .with {
                    $0.view = view.view
                    $0.generation = .init(view.generation.bytes)
                }
            }
            $0.cut = cut.map { cut in
                .with {
                    $0.topic = cut.partition.topic
                    $0.partition = cut.partition.index
                    $0.offset = cut.offset
                }
            }
            $0.columns = columns.all.map { column in
                .with {
                    $0.name = column.name
                    $0.type = column.type.rawValue
                }
            }
            $0.chunks = contents.chunks.map { chunk in
                .with {
                    $0.digest = .init(chunk.digest.bytes)
                    $0.rows = chunk.rows
                    $0.bytes = chunk.byteCount
                }
            }
            $0.rows = contents.rows
            $0.content = .init(contents.digest.bytes)
        }
    }

    /// Nil where the fact does not hold together: no release writes such a one. What the definition says is no matter
    /// here, since another release may read it otherwise.
    init?(_ sealed: DatasetEvent.Sealed) {
        guard let generation = Digest(bytes: sealed.generation) else { return nil }
        var views: [ViewGeneration] = []
        for view in sealed.views {
            guard let generation = Digest(bytes: view.generation) else { return nil }
            views.append(ViewGeneration(view.view, generation))
        }
        var columns: [DatasetColumn] = []
        for column in sealed.columns {
            guard let type = ColumnType(rawValue: column.type) else { return nil }
            columns.append(DatasetColumn(column.name, type))
        }
        var chunks: [DatasetContents.Chunk] = []
        for chunk in sealed.chunks {
            guard let digest = Digest(bytes: chunk.digest), chunk.rows > 0 else { return nil }
            chunks.append(.init(digest: digest, rows: chunk.rows, byteCount: chunk.bytes))
        }
        let contents = DatasetContents(chunks: chunks)
        guard let columns = RowColumns(columns, hasLabel: sealed.hasLabel),
            contents.rows == sealed.rows, contents.digest.bytes.elementsEqual(sealed.content)
        else { return nil }
        self.init(
            from: Instant(microseconds: sealed.fromUs),
            to: Instant(microseconds: sealed.toUs),
            definition: sealed.definition,
            generation: generation,
            views: views,
            cut: sealed.cut.map { InputCut(Partition($0.topic, $0.partition), $0.offset) },
            columns: columns,
            contents: contents
        )
    }
}

extension DatasetEvent.Sealed {
    /// Whether the last column is a label: the definition has one.
    fileprivate var hasLabel: Bool {
        do throws(JSONError) {
            return try JSONValue(parsing: definition)["spec"]?["label"]?.object != nil
        } catch {
            return false
        }
    }
}
