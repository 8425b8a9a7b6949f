internal import Bytes
internal import CRdKafka
private import Glibc
internal import Logs

/// The writing client: it appends, and it asks what readers must not ask, because their connection may be waiting
/// in a long fetch and brokers answer one connection in order.
///
/// An append is copied into librdkafka's queue on the calling thread. While more records or bytes are under way than
/// the settings allow, the caller waits; that takes no longer than `messageTimeoutMilliseconds`, when librdkafka
/// gives up the oldest. Callbacks may append too: on their thread nobody waits, or nothing would ever make room.
final class Producer: Sendable {
    let client: ClientHandle
    let connection: Connection
    let settings: KafkaLog.Settings
    let state = Monitor(State())
    /// Told once, on the delivery thread, when librdkafka takes no more records for good.
    let whenBroken: @Sendable (Producer) -> Void

    /// What callers and the delivery thread share.
    struct State: Sendable {
        var topics: [String: TopicHandle] = [:]
        var slots = Slots()
        /// Appends that librdkafka did not take, to be answered on the delivery thread.
        var refusals: [(Pending, AppendError)] = []
        var isSomeoneWaiting = false
        /// Why nothing more is taken; nil while it is.
        var closedBecause: String?
        var isBroken = false
        var isEnding = false
        var deliveryThread: UInt?
    }

    init(
        _ settings: KafkaLog.Settings,
        _ connection: Connection,
        whenBroken: @escaping @Sendable (Producer) -> Void
    ) throws(LogError) {
        self.settings = settings
        self.whenBroken = whenBroken
        self.connection = connection
        self.client = try ClientHandle(RD_KAFKA_PRODUCER, .producing(settings))
    }

    deinit {
        for topic in state.withLock({ $0.topics.values.map(\.self) }) { topic.destroy() }
    }

    func append(
        _ record: NewRecord,
        to name: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let pending = Pending(topic: name, bytes: record.wireBytes, done: done)
        if let fault = fault(of: record, to: name, partition: partition) {
            let number = state.withLock { $0.slots.insert(pending) }
            return refuse(number, .notPersisted(fault))
        }
        let admission =
            state.wait(until: .never) { state in admit(pending, to: &state) } ?? .refusal
        guard case .slot(let number, let topic) = admission else {
            let why = state.withLock(\.closedBecause) ?? "The client did not take topic \(name)."
            let number = state.withLock { $0.slots.insert(pending) }
            return refuse(number, .notPersisted(why))
        }
        let code = produce(record, to: topic, partition: partition, number: number)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let sentence = "Appending to \(name): \(code.sentence)"
        refuse(number, code.isForGood ? .refused(sentence) : .notPersisted(sentence))
    }

    /// The topic's handle, made when it is first asked for.
    func topic(_ name: String) throws(LogError) -> TopicHandle {
        if let fault = TopicName.fault(in: name) { throw .refused(fault) }
        return try state.withLock { state throws(LogError) in
            guard let topic = find(name, in: &state) else {
                throw .refused("The Kafka client did not take topic \(name).")
            }
            return topic
        }
    }

    var isOnDeliveryThread: Bool {
        state.withLock { $0.deliveryThread == Producer.thisThread }
    }

    static var thisThread: UInt { UInt(pthread_self()) }

    private enum Admission {
        case slot(Int, TopicHandle)
        case refusal
    }

    /// Takes a record in, or nil while there is no room.
    private func admit(_ pending: Pending, to state: inout State) -> Admission? {
        if state.closedBecause != nil { return .refusal }
        let isFull =
            state.slots.count >= settings.recordsUnderWay
            || (state.slots.count > 0 && state.slots.bytes + pending.bytes > settings.bytesUnderWay)
        if isFull, state.deliveryThread != Producer.thisThread {
            state.isSomeoneWaiting = true
            return nil
        }
        guard let topic = find(pending.topic, in: &state) else { return .refusal }
        return .slot(state.slots.insert(pending), topic)
    }

    private func find(_ name: String, in state: inout State) -> TopicHandle? {
        if let topic = state.topics[name] { return topic }
        let topic = TopicHandle(name, of: client)
        state.topics[name] = topic
        return topic
    }

    private func fault(of record: NewRecord, to name: String, partition: Int32?) -> String? {
        if let fault = TopicName.fault(in: name) { return fault }
        if let partition, partition < 0 { return "Topic \(name) has no partition \(partition)." }
        if record.timestamp?.milliseconds == 0 {
            return "librdkafka takes a timestamp of 0 for none, so this record would get another."
        }
        return nil
    }

    /// Answers on the delivery thread, like every other append, unless that has ended. The slot becomes a refusal in
    /// one step, so that the thread cannot end between the two.
    private func refuse(_ number: Int, _ error: AppendError) {
        let late = state.withLock { state -> Pending? in
            guard let pending = state.slots.remove(number) else { return nil }
            if state.isEnding { return pending }
            state.refusals.append((pending, error))
            return nil
        }
        if let late { return late.done(.failure(error)) }
        unsafe rd_kafka_queue_yield(client.events)
    }

    private func produce(
        _ record: NewRecord,
        to topic: TopicHandle,
        partition: Int32?,
        number: Int
    ) -> rd_kafka_resp_err_t {
        let headers = unsafe record.headers.isEmpty ? nil : makeHeaders(record.headers)
        let code = unsafe withBytes(record.key) { key in
            unsafe withBytes(record.value) { value in
                unsafe tributary_produce(
                    client.pointer,
                    topic.pointer,
                    partition ?? RD_KAFKA_PARTITION_UA,
                    key,
                    value,
                    record.timestamp?.milliseconds ?? 0,
                    headers,
                    UnsafeMutableRawPointer(bitPattern: number)
                )
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, let headers = unsafe headers {
            unsafe rd_kafka_headers_destroy(headers)
        }
        return code
    }

    private func makeHeaders(_ headers: [Header]) -> OpaquePointer? {
        let list = unsafe rd_kafka_headers_new(headers.count)
        for header in headers {
            var name = header.name
            name.withUTF8 { name in
                unsafe name.withMemoryRebound(to: CChar.self) { name in
                    unsafe withBytes(header.value) { value in
                        // It fails for read-only lists only, and this one is new.
                        _ = unsafe tributary_header_add(list, name.baseAddress, name.count, value)
                    }
                }
            }
        }
        return unsafe list
    }

    private func withBytes<Result>(
        _ bytes: [UInt8]?,
        _ body: (tributary_bytes) -> Result
    ) -> Result {
        guard let bytes else {
            return unsafe body(tributary_bytes(start: nil, count: 0, is_present: 0))
        }
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe body(
                tributary_bytes(start: bytes.baseAddress, count: bytes.count, is_present: 1)
            )
        }
    }
}

/// A topic as one client knows it. Whoever made it destroys it before the client.
@safe struct TopicHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init?(_ name: String, of client: borrowing ClientHandle) {
        guard let topic = unsafe rd_kafka_topic_new(client.pointer, name, nil) else { return nil }
        unsafe self.pointer = topic
    }

    func destroy() { unsafe rd_kafka_topic_destroy(pointer) }
}

extension NewRecord {
    /// About what it takes in librdkafka's memory; the fixed part is the size of its message object.
    fileprivate var wireBytes: Int {
        headers.reduce(160 + (key?.count ?? 0) + (value?.count ?? 0)) {
            $0 + 48 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
    }
}
