internal import NIOCore
internal import Segments

/// One request and how far its answer has come.
struct Exchange {
    let api: API
    let byteCount: Int
    /// What it takes in memory besides, once it is read.
    var weight = 0
    /// What it holds of the budget: the request, and then its answer.
    let charge: Charge
    var stage: Stage

    /// Where the answer is being made.
    enum Stage {
        case producing(ProduceRound)
        case fetching(FetchRound)
        /// With the thread that owns all groups.
        case coordinating(ticket: UInt64)
        /// On a thread that may wait for the disk.
        case elsewhere
        /// Nil where the client asked for no answer.
        case answered(ByteBuffer?)
    }
}

/// A Produce whose batches are on their way to the disk. Belongs to the connection's event loop.
final class ProduceRound {
    let header: RequestHeader
    let wantsAnswer: Bool
    private(set) var response: ProduceResponse
    /// Where in the response each part stands.
    private let places: [(topic: Int, partition: Int)]
    private var missing: Int

    init(_ request: ProduceRequest, header: RequestHeader) {
        self.header = header
        self.wantsAnswer = request.acks != 0
        var response = ProduceResponse()
        var places: [(topic: Int, partition: Int)] = []
        for topic in request.topics {
            var outcomes = ProduceResponse.Topic()
            outcomes.name = topic.name
            for part in topic.partitions {
                places.append((response.topics.count, outcomes.partitions.count))
                var outcome = ProduceResponse.Partition()
                outcome.index = part.index
                outcomes.partitions.append(outcome)
            }
            response.topics.append(outcomes)
        }
        self.response = response
        self.places = places
        self.missing = places.count
    }

    var isComplete: Bool { missing == 0 }

    func settle(_ part: Int, _ outcome: Result<Appended, AppendRefusal>) {
        switch outcome {
        case .success(let appended):
            change(part) {
                $0.baseOffset = appended.baseOffset
                $0.logStart = appended.logStart
                $0.logAppendTime = appended.logAppendTime
            }
        case .failure(let refusal): refuse(part, AppendCode(refusal))
        }
    }

    func refuse(_ part: Int, _ refusal: AppendCode) {
        change(part) {
            $0.error = refusal.code.rawValue
            $0.message = refusal.message
        }
    }

    private func change(_ part: Int, _ body: (inout ProduceResponse.Partition) -> Void) {
        let place = places[part]
        body(&response.topics[place.topic].partitions[place.partition])
        missing -= 1
    }
}

/// A Fetch that waits for records or is being read. Belongs to the connection's event loop.
final class FetchRound {
    let request: FetchRequest
    let header: RequestHeader
    let deadline: NIODeadline
    /// Whoever takes it reads: the store's thread that sees the record it waits for, or the event loop.
    var claim = Claim()
    /// Set when the client's patience is over or somebody waits behind this Fetch: it answers with what there is.
    var isFinal = false
    /// There was no room for an answer, and it waits until there is.
    var waitsForRoom = false
    /// What it was given of that room and has not used yet.
    var prepaid = 0
    var tokens: [NotificationToken] = []
    var timer: Scheduled<Void>?

    init(_ request: FetchRequest, header: RequestHeader) {
        self.request = request
        self.header = header
        self.deadline = .now() + .milliseconds(Int64(request.waitMilliseconds))
    }

    var partitions: [(partition: TopicPartition, offset: Int64)] {
        request.topics.flatMap { topic in
            topic.partitions.map { (TopicPartition(topic.name, $0.index), $0.offset) }
        }
    }
}
