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

    static let all = [model.rule, answer.rule, durability.rule, missing.rule]
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
