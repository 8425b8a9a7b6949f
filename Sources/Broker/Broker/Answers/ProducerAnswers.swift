internal import Segments

extension Answers {
    static let noTransactions = "This broker has no transactions: leave transactional.id unset."
    static let noGroups =
        "This broker has no consumer groups yet: assign partitions instead of subscribing."

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

    /// Transactions are refused with the one code that clients give up on at once; to others they come back for ever.
    func answer(_ request: FindCoordinatorRequest) -> FindCoordinatorResponse {
        let isTransaction = request.keyType == FindCoordinatorRequest.transaction
        let error: ErrorCode =
            isTransaction ? .transactionalIDAuthorizationFailed : .coordinatorNotAvailable
        let message = isTransaction ? Self.noTransactions : Self.noGroups
        var response = FindCoordinatorResponse()
        response.error = error.rawValue
        response.message = message
        response.coordinators = request.keys.map { key in
            var coordinator = FindCoordinatorResponse.Coordinator()
            coordinator.key = key
            coordinator.error = error.rawValue
            coordinator.message = message
            return coordinator
        }
        return response
    }
}
