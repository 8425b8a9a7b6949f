internal import Segments

extension Answers {
    static let noTransactions = "This broker has no transactions: leave transactional.id unset."

    func answer(_ request: InitProducerIDRequest) -> InitProducerIDResponse {
        var response = InitProducerIDResponse()
        guard request.transactionalID == nil else {
            response.error = ErrorCode.transactionalIDAuthorizationFailed.rawValue
            return response
        }
        do throws(SegmentError) {
            // A producer that asks for a new epoch of its identity gets a new identity, as Kafka gives it too.
            response.producer = try store.nextProducerID()
            response.epoch = 0
        } catch {
            response.error = code(for: error, doing: "Handing out a producer id").rawValue
        }
        return response
    }
}
