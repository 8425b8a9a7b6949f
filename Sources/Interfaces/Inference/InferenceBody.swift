internal import HTTP
internal import JSON
internal import NIOCore

/// A request or an answer with the extension "binary tensor data": JSON, and behind it the bytes of tensors, one after
/// another. `Inference-Header-Content-Length` says where they begin.
/// Source: Triton's extension_binary_data.md.
struct InferenceBody {
    /// The parameter of an input or output that says how many of those bytes are its own.
    static let sizeName = "binary_data_size"

    var json: JSONValue
    var tensors: [UInt8]

    init(json: JSONValue, tensors: [UInt8]) {
        self.json = json
        self.tensors = tensors
    }

    /// `length`: Of the JSON, as the header says it; nil: it is all of the body.
    init(_ body: [UInt8], length: String?) throws {
        guard let length else {
            json = try JSONValue(body: body[...])
            tensors = []
            return
        }
        guard let end = Int(length), (0 ... body.count).contains(end) else {
            throw Problem.malformed(
                "`Inference-Header-Content-Length` says how many bytes of the body are JSON, \(body.count) at most, and not `\(length)`."
            )
        }
        json = try JSONValue(body: body[..<end])
        tensors = Array(body[end...])
    }
}

/// The bytes behind the JSON of a request, taken input by input.
struct InferenceTensors {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var leftCount: Int { rest.count }

    /// The values of the next tensor, which has so many bytes; at most one more than there may be.
    mutating func take(
        _ byteCount: Int,
        as datatype: InferenceDatatype,
        of name: String,
        most count: Int
    ) throws(Problem) -> [JSONValue] {
        guard (0 ... rest.count).contains(byteCount) else {
            throw .invalid(
                "The input `\(name)` says that it has \(byteCount) bytes behind the JSON, and \(rest.count) are left."
            )
        }
        var bytes = ByteBuffer(bytes: rest.prefix(byteCount))
        rest = rest.dropFirst(byteCount)
        var values: [JSONValue] = []
        while bytes.readableBytes > 0, values.count <= count {
            guard let value = datatype.read(&bytes) else {
                throw .invalid(
                    "Value \(values.count) of the input `\(name)` is none of \(datatype.rawValue), as it lies behind the JSON."
                )
            }
            values.append(value)
        }
        return values
    }
}

extension InferenceDatatype {
    /// The next value of a tensor's bytes: numbers lie in little endian, and a text behind its length. A number that is
    /// none stands for a value that is not there, as null does in JSON.
    /// Nil: there is no such value.
    fileprivate func read(_ bytes: inout ByteBuffer) -> JSONValue? {
        switch self {
        case .bool:
            switch bytes.readInteger(as: UInt8.self) {
            case 0: .bool(false)
            case 1: .bool(true)
            default: nil
            }
        case .uint8: Self.whole(UInt8.self, &bytes)
        case .uint16: Self.whole(UInt16.self, &bytes)
        case .uint32: Self.whole(UInt32.self, &bytes)
        case .uint64: Self.whole(UInt64.self, &bytes)
        case .int8: Self.whole(Int8.self, &bytes)
        case .int16: Self.whole(Int16.self, &bytes)
        case .int32: Self.whole(Int32.self, &bytes)
        case .int64: Self.whole(Int64.self, &bytes)
        case .fp32:
            bytes.readInteger(endianness: .little, as: UInt32.self).flatMap {
                Self.figure(Double(Float(bitPattern: $0)))
            }
        case .fp64:
            bytes.readInteger(endianness: .little, as: UInt64.self).flatMap {
                Self.figure(Double(bitPattern: $0))
            }
        case .bytes:
            bytes.readInteger(endianness: .little, as: UInt32.self)
                .flatMap { bytes.readBytes(length: Int($0)) }
                .flatMap { String(validating: $0, as: UTF8.self) }
                .map { .string($0) }
        }
    }

    private static func whole<Number: FixedWidthInteger>(
        _: Number.Type,
        _ bytes: inout ByteBuffer
    ) -> JSONValue? {
        bytes.readInteger(endianness: .little, as: Number.self)
            .flatMap { Int64(exactly: $0) }.map { .integer($0) }
    }

    private static func figure(_ number: Double) -> JSONValue? {
        if number.isNaN { return .null }
        return number.isFinite ? .number(number) : nil
    }
}
