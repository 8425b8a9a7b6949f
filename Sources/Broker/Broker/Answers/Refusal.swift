/// Why a request of one topic or resource is not done, as a client is told.
struct Refusal: Error, Equatable {
    var code: ErrorCode
    var message: String

    init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }
}
