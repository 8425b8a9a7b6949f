internal import Bytes
public import Engine
public import HTTPTypes
public import Hummingbird

extension Request {
    public var query: [String: String] {
        Dictionary(
            uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { _, last in last }
        )
    }

    /// On whose behalf it is, as whoever asks says.
    public var actor: String? { headers[HTTPField.Name.actor] }

    /// W3C trace context.
    public var traceparent: String? { headers[HTTPField.Name.traceparent] }

    /// `body`: What is asked for; the same key with another body is refused.
    public func caller(route: String, body: [UInt8]) throws -> Caller {
        let actor = actor ?? "anonymous"
        guard !actor.isEmpty, actor.utf8.count <= 200 else {
            throw Problem.invalid("Tributary-Actor takes 1 to 200 bytes.")
        }
        let key = headers[HTTPField.Name.idempotencyKey]
        if let key, key.isEmpty || key.utf8.count > 255 {
            throw Problem.invalid("Idempotency-Key takes 1 to 255 bytes.")
        }
        return Caller(
            actor: actor,
            idempotencyKey: key,
            route: route,
            digest: Digest(of: body),
            traceparent: traceparent
        )
    }
}

extension String {
    /// `%2F` and the like undone (RFC 3986); what is no such thing stays as it is.
    var percentDecoded: String {
        let encoded = Array(utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < encoded.count {
            if encoded[index] == UInt8(ascii: "%"), index + 2 < encoded.count,
                let high = encoded[index + 1].hexDigit, let low = encoded[index + 2].hexDigit
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(encoded[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// Of an ASCII digit, 0 to 15.
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0") ... UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a") ... UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A") ... UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension HTTPField.Name {
    static let actor = name("Tributary-Actor")
    static let atLeast = name("Tributary-At-Least")
    public static let position = name("Tributary-Position")
    static let idempotencyKey = name("Idempotency-Key")
    static let traceparent = name("traceparent")
    static let fetchSite = name("Sec-Fetch-Site")
    /// Tells the door that an answer goes on until the client ends it. Nobody outside sees it.
    public static let endless = name("Tributary-Endless")

    /// One that is written here, and is a header's.
    public static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is a header's name.")
        }
        return name
    }
}
