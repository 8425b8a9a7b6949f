extension Answers {
    /// This broker coordinates every group. Transactions are refused with the one code that clients give up on at once;
    /// to others they come back for ever.
    func answer(_ request: FindCoordinatorRequest) -> FindCoordinatorResponse {
        let first = coordinator(of: request.key, request.keyType)
        var response = FindCoordinatorResponse()
        response.error = first.error
        response.message = first.message
        response.node = first.node
        response.host = first.host
        response.port = first.port
        response.coordinators = request.keys.map { coordinator(of: $0, request.keyType) }
        return response
    }

    private func coordinator(
        of key: String,
        _ keyType: Int8
    ) -> FindCoordinatorResponse.Coordinator {
        var coordinator = FindCoordinatorResponse.Coordinator()
        coordinator.key = key
        switch keyType {
        case FindCoordinatorRequest.group:
            coordinator.node = settings.nodeID
            coordinator.host = endpoint.host
            coordinator.port = endpoint.port
        case FindCoordinatorRequest.transaction:
            coordinator.error = ErrorCode.transactionalIDAuthorizationFailed.rawValue
            coordinator.message = Self.noTransactions
        default:
            coordinator.error = ErrorCode.invalidRequest.rawValue
            coordinator.message = "There are coordinators of groups (0) and transactions (1) only."
        }
        return coordinator
    }
}
