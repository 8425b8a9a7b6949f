internal import Bytes

/// Asks which brokers make up the cluster.
struct DescribeClusterRequest: Request {
    static let api = API.describeCluster
    var asksOperations = false
    /// 1 for brokers, 2 for controllers.
    var endpointType: Int8 = 1

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&asksOperations)
        try wire.field(&endpointType, since: 1)
    }

    typealias Response = DescribeClusterResponse
}

/// The cluster, which is this broker.
struct DescribeClusterResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var message: String?
    var endpointType: Int8 = 1
    var clusterID = ""
    var controller: Int32 = -1
    var brokers: [Node] = []
    var operations = operationsNotAsked

    /// Where a broker is reached.
    struct Node: Structure {
        var id: Int32 = 0
        var host = ""
        var port: Int32 = 0
        var rack: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&host)
            try wire.field(&port)
            try wire.field(&rack)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&error)
        try wire.field(&message)
        try wire.field(&endpointType, since: 1)
        try wire.field(&clusterID)
        try wire.field(&controller)
        try wire.field(&brokers)
        try wire.field(&operations)
    }
}
