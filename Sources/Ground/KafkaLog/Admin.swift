internal import CRdKafka
private import Glibc
internal import Logs

/// Making, describing and deleting topics.
extension Producer {
    func topics() throws(LogError) -> [TopicSpec] {
        let topics = try metadata().filter { $0.error == RD_KAFKA_RESP_ERR_NO_ERROR }
        let configurations = try configurations(of: topics.map(\.name))
        return try topics.map { (topic) throws(LogError) in
            let configuration = try Self.known(configurations[topic.name])
            return TopicSpec(
                topic.name,
                partitions: topic.partitions,
                retention: Retention(configuration: configuration),
                stamp: Stamp(configuration: configuration)
            )
        }
        .sorted { $0.name < $1.name }
    }

    /// What is known of the configuration of a topic, which may be nothing: one that was deleted meanwhile, or that we may
    /// not ask about, keeps no other from being told.
    static func known(
        _ answer: Result<[String: String], LogError>?
    ) throws(LogError) -> [String: String] {
        switch answer {
        case nil, .failure(.refused): [:]
        case .success(let configuration): configuration
        case .failure(let error): throw error
        }
    }

    /// Returns when records can be appended to the new topic.
    func create(_ spec: TopicSpec) throws(LogError) {
        let doing = "Creating topic \(spec.name)"
        if let fault = TopicName.fault(in: spec.name) { throw .refused(fault) }
        var complaint = [CChar](repeating: 0, count: 512)
        let made = unsafe rd_kafka_NewTopic_new(
            spec.name,
            spec.partitions,
            1,
            &complaint,
            complaint.count
        )
        guard let new = unsafe made else { throw .refused("\(doing): \(text(complaint))") }
        defer { unsafe rd_kafka_NewTopic_destroy(new) }
        for (name, value) in spec.retention.configuration + spec.stamp.configuration {
            let code = unsafe rd_kafka_NewTopic_set_config(new, name, value)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw LogError(code, doing: doing) }
        }
        let event = unsafe try ask(doing, RD_KAFKA_ADMIN_OP_CREATETOPICS) {
            client,
            options,
            queue in
            var topics = unsafe [OpaquePointer?.some(new)]
            unsafe rd_kafka_CreateTopics(client, &topics, 1, options, queue)
        }
        var count = 0
        let result = unsafe rd_kafka_event_CreateTopics_result(event.pointer)
        let results = unsafe rd_kafka_CreateTopics_result_topics(result, &count)
        unsafe try check(results, count, doing, topic: spec.name)
        try wait(doing) { producer throws(LogError) in
            let topics = try producer.metadata(of: try producer.topic(spec.name))
            return topics.contains {
                $0.error == RD_KAFKA_RESP_ERR_NO_ERROR && $0.partitions == spec.partitions
                    && $0.hasLeaders
            }
        }
    }

    /// Returns when the brokers do not know the topic any more.
    func delete(_ name: String) throws(LogError) {
        let doing = "Deleting topic \(name)"
        if let fault = TopicName.fault(in: name) { throw .refused(fault) }
        guard let old = unsafe rd_kafka_DeleteTopic_new(name) else {
            throw .refused("\(doing): the Kafka client refused the name.")
        }
        defer { unsafe rd_kafka_DeleteTopic_destroy(old) }
        let event = unsafe try ask(doing, RD_KAFKA_ADMIN_OP_DELETETOPICS) {
            client,
            options,
            queue in
            var topics = unsafe [OpaquePointer?.some(old)]
            unsafe rd_kafka_DeleteTopics(client, &topics, 1, options, queue)
        }
        var count = 0
        let result = unsafe rd_kafka_event_DeleteTopics_result(event.pointer)
        let results = unsafe rd_kafka_DeleteTopics_result_topics(result, &count)
        unsafe try check(results, count, doing, topic: name)
        try wait(doing) { producer throws(LogError) in
            let topics = try producer.metadata(of: try producer.topic(name))
            return topics.allSatisfy(\.error.meansUnknown)
        }
    }

    /// The configuration of topics, by topic and key, or why it is not told; nothing for those that are not there.
    /// `own`: Only what was set for the topic itself, without what it has from its brokers and by default.
    func configurations(
        of names: [String],
        own: Bool = false
    ) throws(LogError) -> [String: Result<[String: String], LogError>] {
        guard !names.isEmpty else { return [:] }
        let doing = "Asking for the configuration of topics"
        var resources: [OpaquePointer?] = unsafe []
        for name in names {
            unsafe resources.append(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name))
        }
        defer {
            for index in 0 ..< names.count {
                unsafe rd_kafka_ConfigResource_destroy(resources[index])
            }
        }
        let event = unsafe try ask(doing, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) {
            client,
            options,
            queue in
            unsafe rd_kafka_DescribeConfigs(client, &resources, resources.count, options, queue)
        }
        var count = 0
        let result = unsafe rd_kafka_event_DescribeConfigs_result(event.pointer)
        let answers = unsafe rd_kafka_DescribeConfigs_result_resources(result, &count)
        var configurations: [String: Result<[String: String], LogError>] = [:]
        for index in 0 ..< count {
            let answer = unsafe answers?[index]
            let code = unsafe rd_kafka_ConfigResource_error(answer)
            guard !code.meansUnknown, let name = unsafe rd_kafka_ConfigResource_name(answer) else {
                continue
            }
            let topic = unsafe String(cString: name)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else {
                configurations[topic] = unsafe .success(entries(of: answer, own))
                continue
            }
            let detail = unsafe rd_kafka_ConfigResource_error_string(answer)
            configurations[topic] = .failure(
                LogError(
                    code,
                    doing: doing,
                    detail: unsafe detail.map { unsafe String(cString: $0) }
                )
            )
        }
        return configurations
    }

    private func entries(of resource: OpaquePointer?, _ own: Bool) -> [String: String] {
        var count = 0
        let list = unsafe rd_kafka_ConfigResource_configs(resource, &count)
        var entries: [String: String] = [:]
        for index in 0 ..< count {
            let entry = unsafe list?[index]
            let source = unsafe rd_kafka_ConfigEntry_source(entry)
            if own, source != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG { continue }
            guard let name = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            entries[unsafe String(cString: name)] = unsafe String(cString: value)
        }
        return entries
    }

    /// Sends one request and waits for its answer, which the caller reads.
    func ask(
        _ doing: String,
        _ operation: rd_kafka_admin_op_t,
        _ send: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer) -> Void
    ) throws(LogError) -> Event {
        let time = Int32(clamping: settings.requestTimeoutMilliseconds)
        let queue = try QueueHandle(of: client)
        let options = unsafe rd_kafka_AdminOptions_new(client.pointer, operation)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var complaint = [CChar](repeating: 0, count: 512)
        unsafe rd_kafka_AdminOptions_set_request_timeout(
            options,
            time,
            &complaint,
            complaint.count
        )
        unsafe send(client.pointer, options, queue.pointer)
        // The client itself ends the request in time; the second more is for its answer to reach us.
        guard let event = unsafe Event(from: queue.pointer, within: time + 1_000) else {
            throw .unreachable("\(doing): no answer within \(time) ms.")
        }
        guard event.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw LogError(event.error, doing: doing, detail: event.errorText)
        }
        connection.noteAnswer()
        return event
    }

    private func check(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ doing: String,
        topic: String
    ) throws(LogError) {
        for index in 0 ..< count {
            let result = unsafe results?[index]
            let code = unsafe rd_kafka_topic_result_error(result)
            let detail = unsafe rd_kafka_topic_result_error_string(result)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let detail = unsafe detail.map { unsafe String(cString: $0) }
                throw LogError(code, doing: doing, topic: topic, detail: detail)
            }
        }
    }

    /// Asks again every few milliseconds, because brokers spread the news of a topic among themselves.
    private func wait(
        _ doing: String,
        for condition: (Producer) throws(LogError) -> Bool
    ) throws(LogError) {
        let deadline = Deadline(after: Int64(settings.requestTimeoutMilliseconds) * 1_000)
        while try !condition(self) {
            guard !deadline.isOver else {
                throw .unreachable("\(doing): the brokers took it, and do not show it yet.")
            }
            usleep(5_000)
        }
    }
}
