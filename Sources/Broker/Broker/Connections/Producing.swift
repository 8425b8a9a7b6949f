internal import Bytes
internal import NIOCore
internal import Segments

extension Connection {
    /// Hands the batches to the store in the order they came. It calls back when they are as durable as their topic
    /// promises, for acks=1 as for acks=all: there is one copy of everything.
    func produce(
        _ request: ProduceRequest,
        _ header: RequestHeader,
        number: Int
    ) throws(ByteError) -> Exchange.Stage {
        let round = ProduceRound(request, header: header)
        let fault = Self.fault(in: request, version: header.version)
        var next = 0
        for topic in request.topics {
            for partition in topic.partitions {
                let part = next
                next += 1
                let records = partition.records.slices?.first
                if let refusal = fault ?? AppendCode(of: topic.name)
                    ?? AppendCode(of: records, version: header.version)
                {
                    round.refuse(part, refusal)
                    continue
                }
                let mailbox = mailbox
                answers.store.append(records ?? [], to: TopicPartition(topic.name, partition.index))
                {
                    mailbox.post(.appended(request: number, part: part, $0))
                }
            }
        }
        return round.isComplete ? finish(round) : .producing(round)
    }

    func finish(_ round: ProduceRound) -> Exchange.Stage {
        guard round.wantsAnswer else {
            // Who wants no answer can be told of a failure only by hanging up, as Apache Kafka does.
            if let fault = round.response.topics.lazy.flatMap(\.partitions).first(where: {
                $0.error != 0
            }) {
                close(
                    .unacknowledged,
                    because: "a batch sent with acks=0 was refused with error \(fault.error)"
                )
            }
            return .answered(nil)
        }
        do throws(ByteError) {
            return .answered(try round.header.frame(round.response))
        } catch {
            close(.answers, because: "an answer could not be written down: \(error)")
            return .answered(nil)
        }
    }

    /// What is wrong with the request as a whole.
    private static func fault(in request: ProduceRequest, version: Int16) -> AppendCode? {
        if version < 3 {
            return AppendCode(.unsupportedVersion, "Produce is taken from version 3 on.")
        }
        if request.transactionalID != nil {
            return AppendCode(.transactionalIDAuthorizationFailed, Answers.noTransactions)
        }
        guard -1 ... 1 ~= request.acks else {
            return AppendCode(.invalidRequiredAcks, "acks is -1, 0 or 1, not \(request.acks).")
        }
        return nil
    }
}
