internal import Bytes
internal import Segments

extension Answers {
    /// No answer is longer, whatever is asked for, but for a single batch that is: a client's own limit can be ten
    /// times the memory that a thousand slow readers should cost.
    static let mostFetchedBytes = 16 << 20

    /// The batches that a Fetch found.
    struct Fetched {
        var response = FetchResponse()
        var byteCount = 0
        var hasErrors = false
    }

    /// Whether a Fetch has something to say at once: a record or an error. Memory only.
    func hasNews(for request: FetchRequest) -> Bool {
        if request.session != 0 || request.topics.isEmpty { return true }
        return request.topics.contains { topic in
            topic.partitions.contains { asked in
                guard let bounds = store.bounds(of: TopicPartition(topic.name, asked.index)) else {
                    return true
                }
                return asked.offset != bounds.upperBound || asked.leaderEpoch > Self.leaderEpoch
            }
        }
    }

    /// How long the answer may be, but for a single batch that is longer.
    static func mostBytes(of request: FetchRequest) -> Int {
        min(max(Int(request.maxBytes), 0), mostFetchedBytes)
    }

    func answer(_ request: FetchRequest) -> Fetched {
        var fetched = Fetched()
        // Sessions are never opened (id 0 in every answer), so none can be gone on with.
        guard request.session == 0 else {
            fetched.response.error = ErrorCode.fetchSessionIDNotFound.rawValue
            fetched.hasErrors = true
            return fetched
        }
        let most = Self.mostBytes(of: request)
        for topic in request.topics {
            var answers = FetchResponse.Topic()
            answers.name = topic.name
            for asked in topic.partitions {
                let answer = fetch(asked, of: topic.name, after: fetched.byteCount, most: most)
                fetched.byteCount += answer.records.byteCount
                fetched.hasErrors = fetched.hasErrors || answer.error != 0
                answers.partitions.append(answer)
            }
            fetched.response.topics.append(answers)
        }
        return fetched
    }

    private func fetch(
        _ asked: FetchRequest.Partition,
        of topic: String,
        after bytesSoFar: Int,
        most: Int
    ) -> FetchResponse.Partition {
        var found = FetchResponse.Partition()
        found.index = asked.index
        // Null records are read as a fault by some clients.
        found.records = Records([])
        let partition = TopicPartition(topic, asked.index)
        guard let bounds = store.bounds(of: partition) else {
            found.error = ErrorCode.unknownTopicOrPartition.rawValue
            return found
        }
        guard asked.leaderEpoch <= Self.leaderEpoch else {
            found.error = ErrorCode.unknownLeaderEpoch.rawValue
            return found
        }
        found.logStart = bounds.lowerBound
        found.highWatermark = bounds.upperBound
        found.lastStableOffset = bounds.upperBound
        guard bounds.lowerBound <= asked.offset, asked.offset <= bounds.upperBound else {
            found.error = ErrorCode.offsetOutOfRange.rawValue
            return found
        }
        guard asked.offset < bounds.upperBound, bytesSoFar == 0 || bytesSoFar < most else {
            return found
        }
        do throws(SegmentError) {
            let limit = min(max(Int(asked.maxBytes), 0), most - min(bytesSoFar, most))
            let records = try read(partition, from: asked.offset, limit: limit, into: &found)
            // One batch comes back however long it is. Only the first may break the limit of the whole answer:
            // without it a reader would never get past a batch larger than its limits.
            if bytesSoFar == 0 || bytesSoFar + records.byteCount <= most { found.records = records }
        } catch {
            found.error = code(for: error, doing: "Reading \(topic)/\(asked.index)").rawValue
        }
        return found
    }

    /// The store may stop where a file ends; an answer that stopped there too would look as if there were no more,
    /// and a Fetch that wants more would wait for what is there already.
    private func read(
        _ partition: TopicPartition,
        from offset: Int64,
        limit: Int,
        into found: inout FetchResponse.Partition
    ) throws(SegmentError) -> Records {
        var (batches, byteCount, next) = ([[UInt8]](), 0, offset)
        repeat {
            let chunk: Chunk
            do throws(SegmentError) {
                chunk = try store.read(partition, from: next, limit: limit - byteCount)
            } catch {
                // What stands before something broken is given; who asks for what follows is told.
                if batches.isEmpty { throw error }
                break
            }
            found.logStart = chunk.logStart
            found.highWatermark = chunk.highWatermark
            found.lastStableOffset = chunk.highWatermark
            let more = chunk.batches.reduce(0) { $0 + $1.count }
            guard let last = chunk.batches.last, byteCount == 0 || byteCount + more <= limit else {
                break
            }
            batches += chunk.batches
            byteCount += more
            guard let end = Self.nextOffset(after: last), end > next else { break }
            next = end
        } while next < found.highWatermark && byteCount < limit
        return Records(batches)
    }

    /// The base offset stands in the first eight bytes of a batch, and from byte 23 on how far its last record is
    /// from it.
    private static func nextOffset(after batch: [UInt8]) -> Int64? {
        do throws(ByteError) {
            var reader = ByteReader(batch)
            let base = try reader.read(Int64.self)
            try reader.skip(15)
            return base + Int64(try reader.read(Int32.self)) + 1
        } catch {
            return nil
        }
    }
}
