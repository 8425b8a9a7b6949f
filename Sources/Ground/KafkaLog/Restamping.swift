internal import CRdKafka
internal import Logs

/// Setting whose clock stamps a topic that exists.
extension Producer {
    /// Everything else that was set for the topic stays as it is: Kafka's AlterConfigs puts back to its default whatever
    /// it is not told, and the client has no other request. What somebody else sets in the same moment may be lost.
    func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        let doing = "Setting whose clock stamps topic \(topic)"
        guard var wanted = try configurations(of: [topic], own: true)[topic]?.get() else {
            throw .unknownTopic(topic)
        }
        for (name, value) in stamp.configuration { wanted[name] = value }
        guard
            let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        else { throw .refused("\(doing): the Kafka client refused the name.") }
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) {
            let code = unsafe rd_kafka_ConfigResource_set_config(resource, name, value)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw LogError(code, doing: doing) }
        }
        let event = unsafe try ask(doing, RD_KAFKA_ADMIN_OP_ALTERCONFIGS) {
            client,
            options,
            queue in
            var resources = unsafe [OpaquePointer?.some(resource)]
            unsafe rd_kafka_AlterConfigs(client, &resources, 1, options, queue)
        }
        var count = 0
        let result = unsafe rd_kafka_event_AlterConfigs_result(event.pointer)
        let answers = unsafe rd_kafka_AlterConfigs_result_resources(result, &count)
        for index in 0 ..< count {
            let code = unsafe rd_kafka_ConfigResource_error(answers?[index])
            let detail = unsafe rd_kafka_ConfigResource_error_string(answers?[index])
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let detail = unsafe detail.map { unsafe String(cString: $0) }
                throw LogError(code, doing: doing, topic: topic, detail: detail)
            }
        }
    }
}
