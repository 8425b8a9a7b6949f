public import Archive

/// What reading every chunk of a version again showed.
public struct DatasetVerification: Sendable, Hashable {
    public var chunks: Int
    /// Of the chunks that are intact.
    public var rows: Int64
    /// Every chunk that is not what was sealed, in order.
    public var damages: [ChunkDamage]

    public var isIntact: Bool { damages.isEmpty }
}

extension DatasetManifest {
    /// Reads every chunk again, and compares digests, row counts and columns.
    public func verify(in archive: any Archive) -> DatasetVerification {
        var verification = DatasetVerification(chunks: contents.chunks.count, rows: 0, damages: [])
        for index in contents.chunks.indices {
            do throws(ChunkDamage) {
                verification.rows += Int64(try rows(ofChunk: index, in: archive).count)
            } catch {
                verification.damages.append(error)
            }
        }
        return verification
    }
}
