internal import Segments

/// Where the value of a setting comes from (DescribeConfigsResponse.ConfigSource).
enum ConfigSource: Int8 {
    case topic = 1
    case brokerAtStart = 4
    case standard = 5
}

extension Answers {
    func answer(_ request: DescribeConfigsRequest) -> DescribeConfigsResponse {
        var response = DescribeConfigsResponse()
        // Named twice, a topic is described once: an answer is a hundred times as long as the question.
        var seen: Set<DescribeConfigsRequest.Resource> = []
        response.results = request.resources.filter { seen.insert($0).inserted }.map { resource in
            var result = DescribeConfigsResponse.Result()
            result.kind = resource.kind
            result.name = resource.name
            let settings: [DescribeConfigsResponse.Setting]
            switch resource.kind {
            case DescribeConfigsRequest.Resource.topic:
                guard let topic = store.topic(resource.name) else {
                    result.error = ErrorCode.unknownTopicOrPartition.rawValue
                    result.message = "There is no topic \(resource.name)."
                    return result
                }
                settings = described(topic, request)
            case DescribeConfigsRequest.Resource.broker
            where resource.name.isEmpty || resource.name == String(self.settings.nodeID):
                settings = describedBroker()
            default:
                result.error = ErrorCode.invalidRequest.rawValue
                result.message =
                    "Only topics and broker \(self.settings.nodeID) have settings here."
                return result
            }
            result.settings = settings.filter { resource.keys?.contains($0.name) ?? true }
            return result
        }
        return response
    }

    private func described(
        _ topic: Topic,
        _ request: DescribeConfigsRequest
    ) -> [DescribeConfigsResponse.Setting] {
        TopicConfiguration.all.map { key in
            let value = topic.configuration[key.name]
            var setting = DescribeConfigsResponse.Setting()
            setting.name = key.name
            setting.value = value ?? key.standard
            setting.isDefault = value == nil
            setting.source = (value == nil ? ConfigSource.standard : .topic).rawValue
            setting.type = key.kind.number
            if request.includesDocumentation { setting.documentation = key.documentation }
            if request.includesSynonyms {
                let values = [(value, ConfigSource.topic), (key.standard, .standard)]
                setting.synonyms = values.filter { $0.0 != nil }.map { value, source in
                    var synonym = DescribeConfigsResponse.Synonym()
                    synonym.name = key.name
                    synonym.value = value
                    synonym.source = source.rawValue
                    return synonym
                }
            }
            return setting
        }
    }

    private func describedBroker() -> [DescribeConfigsResponse.Setting] {
        let values: [(String, String, TopicConfiguration.Kind)] = [
            ("auto.create.topics.enable", String(settings.autoCreateTopics), .boolean),
            ("broker.id", String(settings.nodeID), .int(least: 0)),
            ("default.replication.factor", "1", .int(least: 1)),
            ("log.retention.ms", "-1", .long(least: -1)),
            ("max.connections", String(settings.maxConnections), .int(least: 1)),
            ("num.partitions", String(settings.defaultPartitions), .int(least: 1)),
            ("socket.request.max.bytes", String(settings.maxRequestBytes), .int(least: 1)),
        ]
        return values.map { name, value, kind in
            var setting = DescribeConfigsResponse.Setting()
            setting.name = name
            setting.value = value
            setting.isReadOnly = true
            setting.source = ConfigSource.brokerAtStart.rawValue
            setting.type = kind.number
            return setting
        }
    }

    func answer(_ request: DescribeClusterRequest) -> DescribeClusterResponse {
        var response = DescribeClusterResponse()
        response.endpointType = request.endpointType
        response.clusterID = store.clusterID
        response.controller = settings.nodeID
        var node = DescribeClusterResponse.Node()
        node.id = settings.nodeID
        node.host = endpoint.host
        node.port = endpoint.port
        response.brokers = [node]
        return response
    }
}
