internal import Bytes
internal import Documents
internal import JSON

/// The keys under `spec` of an Endpoint.
enum EndpointKeys {
    static let model = DocumentKey<EndpointDefinition.ModelReference>(
        "model",
        "the model with a stage to follow or a version to stay with",
        isRequired: true,
        schema: [
            "type": "string",
            "pattern": "^[a-zA-Z0-9._-]+@(development|test|production|[1-9][0-9]*)$",
        ]
    ) { element in
        let takes = "NAME@STAGE or NAME@VERSION such as `late-arrival@production`"
        guard let text: String = element.scalar(takes: takes, { $0.isEmpty ? nil : $0 }) else {
            return nil
        }
        do throws(DocumentProblem) {
            return try EndpointDefinition.ModelReference(text)
        } catch {
            element.report(error.message)
            return nil
        }
    }
    static let answer = DocumentKey<EndpointDefinition.Answer>(
        "answer",
        "the records that are answered without anyone asking",
        schema: DocumentSchema.mapping(AnswerKeys.all)
    ) { element in
        guard let answer = DocumentReader(element, keys: AnswerKeys.all, of: "`answer`") else {
            return nil
        }
        return EndpointDefinition.Answer(
            stream: answer.value(AnswerKeys.stream) ?? "",
            from: answer.value(AnswerKeys.from),
            wait: answer.value(AnswerKeys.wait) ?? .atMost(.seconds(0))
        )
    }
    static let publish = DocumentKey<EndpointDefinition.Publish>(
        "publish",
        "the topic on which every prediction stands as JSON too",
        schema: DocumentSchema.mapping(PublishKeys.all)
    ) { element in
        guard let publish = DocumentReader(element, keys: PublishKeys.all, of: "`publish`") else {
            return nil
        }
        return EndpointDefinition.Publish(
            topic: publish.value(PublishKeys.topic) ?? "",
            partitions: publish.value(PublishKeys.partitions) ?? 1
        )
    }
    static let durability = DocumentKey<EndpointDefinition.Durability>.choice(
        "durability",
        "whether an answer waits for the log; acked where it is left out",
        "durability",
        synonyms: ["sync": "acked", "ack": "acked"]
    )
    static let missing = DocumentKey<EndpointDefinition.Missing>.choice(
        "missing",
        "what becomes of a feature without a value; keep where it is left out",
        "way to treat a missing value",
        synonyms: ["null": "keep", "reject": "refuse"]
    )

    static let all = [model.rule, answer.rule, publish.rule, durability.rule, missing.rule]
}

/// The keys of what is answered without anyone asking.
private enum AnswerKeys {
    static let stream = DocumentKey.text(
        "stream",
        "the stream whose records are answered",
        isRequired: true,
        takes: "the name of a Stream"
    )
    static let from = DocumentKey.instant(
        "from",
        "the first event time that is answered; all where it is left out"
    )
    static let wait = DocumentKey<EndpointDefinition.Answer.Wait>(
        "wait",
        "how long an answer waits for the watermarks of its features; 0s where it is left out",
        schema: ["type": "string", "pattern": "^(unlimited|[0-9]+(us|ms|s|m|h|d))$"]
    ) { element in
        element.scalar(takes: "`unlimited` or a length of time such as `30s`") { text in
            text == "unlimited" ? .unlimited : TimeSpan(text).map { .atMost($0) }
        }
    }

    static let all = [stream.rule, from.rule, wait.rule]
}

/// The keys of where predictions are published.
private enum PublishKeys {
    static let topic = DocumentKey.text(
        "topic",
        "a Kafka topic of your own",
        isRequired: true,
        takes: "the name of a topic"
    )
    static let partitions = DocumentKey<Int32>(
        "partitions",
        "how many the topic has; 1 where it is left out",
        schema: ["type": "integer", "minimum": 1, "maximum": 1_024]
    ) { element in
        element.scalar(takes: "a whole number from 1 to 1024") { text in
            Int32(text).flatMap { (1 ... 1_024).contains($0) ? $0 : nil }
        }
    }

    static let all = [topic.rule, partitions.rule]
}
