import Bytes
import Records

/// What can be seen in a file before anything of it is sent.
struct FileCheck {
    /// How many faults are shown.
    private static let shown = 3

    /// Of the text: it names the file wherever it lies.
    private(set) var digest = Digest(of: [])
    private(set) var records: Int64 = 0
    /// The greatest event time.
    private(set) var latest: Instant?
    /// What no record can be made of: such a file cannot be sent.
    private(set) var faults: Int64 = 0
    /// The records that the stream refuses whatever came before them, by reason.
    private(set) var refused: [String: Int64] = [:]
    /// The first of both, in sentences with their lines.
    private(set) var sentences: [String] = []

    var refusedCount: Int64 { refused.values.reduce(0, +) }

    init(_ file: RecordFile, of definition: StreamDefinition, longestLine: Int, now: Instant) throws
    {
        let reader = RecordReader(definition)
        digest = try file.eachRecord(of: definition, longestLine: longestLine) { found in
            switch found {
            case .fault(let error):
                faults += 1
                say("\(error)")
            case .record(let value, let line):
                records += 1
                do throws(Refusal) {
                    let time = try reader.read(value: value[...], arrival: now).time.instant
                    latest = max(latest ?? time, time)
                } catch {
                    refused[error.word, default: 0] += 1
                    say("line \(line): \(error) \(value.beginning)")
                }
            }
        }
    }

    private mutating func say(_ sentence: String) {
        if sentences.count < Self.shown { sentences.append(sentence) }
    }
}

/// `notATimestamp (509), wrongType (2)`
func listed(_ counts: [String: Int64]) -> String {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
}

extension [UInt8] {
    /// The first words of a record, for people.
    fileprivate var beginning: String {
        let text = String(decoding: prefix(160), as: UTF8.self)
        return count > 160 ? text + "…" : text
    }
}
