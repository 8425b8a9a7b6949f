internal import CSimdJSON

#if canImport(Glibc)
private import Glibc
#endif

/// What a value of a document is.
public enum JSONKind: UInt32, Sendable, Hashable {
    case null, bool
    /// Written without fraction or exponent, and fits an `Int64`.
    case integer
    /// As `integer`, but only a `UInt64` holds it.
    case unsignedInteger
    /// Has a fraction or an exponent: the nearest double.
    case number
    /// A number by the grammar that neither integers nor doubles hold; its text is how it was
    /// written.
    case oversizedNumber
    case string, array, object
}

/// Reads JSON over and over with the same buffers; one thread each.
///
/// What was parsed last stands as nodes in the order of the text, a container before what it
/// contains: node 0 is the whole value, and `end(of:)` leads from a node past all that it contains.
/// Keys and strings are lent from the parser's buffer. Equal keys in one object, at any depth, are
/// refused.
@safe public struct JSONParser: ~Copyable {
    /// How deep arrays and objects may lie in one another.
    public static let maximumDepth = 64

    private let parser: OpaquePointer
    private var nodes: UnsafePointer<tributary_json_node>?
    /// How many values the last text had; 0 when it was refused.
    public private(set) var count = 0

    public init() {
        guard let parser = unsafe tributary_json_create(UInt32(Self.maximumDepth)) else {
            preconditionFailure("There is no memory for a JSON parser.")
        }
        unsafe self.parser = parser
        unsafe self.nodes = nil
    }

    deinit { unsafe tributary_json_destroy(parser) }

    /// Reads one text, whole.
    public mutating func parse(_ text: RawSpan) throws(JSONError) {
        count = 0
        let outcome = unsafe text.withUnsafeBytes {
            unsafe tributary_json_parse(parser, $0.baseAddress, $0.count)
        }
        switch unsafe Int(outcome.code) {
        case TRIBUTARY_JSON_PARSED:
            unsafe nodes = outcome.nodes
            count = unsafe Int(outcome.count)
        case TRIBUTARY_JSON_DUPLICATE_KEY:
            throw .duplicateKey(unsafe Self.message(of: outcome))
        default:
            // simdjson says neither where nor, on every processor alike, what: a plain reader does.
            var grammar = JSONGrammar(Array(copying: text))
            try grammar.check()
            throw .malformed(unsafe Self.message(of: outcome), at: 0)
        }
    }

    public func kind(of node: Int) -> JSONKind {
        guard let kind = unsafe JSONKind(rawValue: self[node].kind) else {
            preconditionFailure("The shim gave a node of no kind.")
        }
        return kind
    }

    /// The node behind this one and all that it contains.
    public func end(of node: Int) -> Int { unsafe Int(self[node].end) }

    /// Of an `integer`.
    public func integer(of node: Int) -> Int64 { unsafe Int64(bitPattern: self[node].bits) }
    /// Of an `unsignedInteger`.
    public func unsignedInteger(of node: Int) -> UInt64 { unsafe self[node].bits }
    /// Of a `number`.
    public func number(of node: Int) -> Double { unsafe Double(bitPattern: self[node].bits) }
    /// Of a `bool`.
    public func bool(of node: Int) -> Bool { unsafe self[node].bits != 0 }

    /// Lends a string, unescaped, or the digits of an oversized number.
    public func withText<Result, Failure>(
        of node: Int,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let node = unsafe self[node]
        let text = unsafe UnsafeRawBufferPointer(start: node.text, count: Int(node.text_count))
        return try unsafe body(RawSpan(_unsafeBytes: text))
    }

    /// Whether the value has this key in its object, byte by byte.
    public func key(of node: Int, equals name: [UInt8]) -> Bool {
        let node = unsafe self[node]
        guard unsafe Int(node.key_count) == name.count, let key = unsafe node.key else {
            return false
        }
        return unsafe name.withUnsafeBytes { name in
            guard let start = name.baseAddress else { return true }
            return unsafe memcmp(key, start, name.count) == 0
        }
    }

    public func string(of node: Int) -> String {
        let node = unsafe self[node]
        return unsafe Self.string(node.text, node.text_count)
    }

    public func key(of node: Int) -> String {
        let node = unsafe self[node]
        return unsafe Self.string(node.key, node.key_count)
    }

    private subscript(node: Int) -> tributary_json_node {
        guard let nodes = unsafe nodes, node >= 0, node < count else {
            preconditionFailure("There is no node \(node) of \(count).")
        }
        return unsafe nodes[node]
    }

    private static func string(_ start: UnsafePointer<UInt8>?, _ count: UInt32) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    private static func message(of outcome: tributary_json_outcome) -> String {
        unsafe string(outcome.message, outcome.message_count)
    }
}

extension [UInt8] {
    init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}
