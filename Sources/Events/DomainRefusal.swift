/// Why a domain refuses a request: in one sentence, with what to do next.
public protocol DomainRefusal: Error, Sendable, CustomStringConvertible {
    /// Whether what was asked for is not there at all.
    var isUnknown: Bool { get }
}
