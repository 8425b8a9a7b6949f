public import Bytes
public import Documents
internal import JSON

extension EndpointDefinition {
    public var problems: [DocumentProblem] {
        var problems = nameProblems
        func report(_ path: [String], _ message: String?) {
            if let message { problems.append(DocumentProblem(["spec"] + path, message)) }
        }
        report(["model"], Names.fault(of: model.model))
        switch model.choice {
        case .stage(let stage):
            if !ModelReference.stages.contains(stage) {
                report(["model"], "`\(stage.excerpt)` is no stage to follow.")
            }
        case .version(let version):
            if version < 1 { report(["model"], "versions count from 1; `\(version)` is none.") }
        }
        if let publish {
            report(["publish", "topic"], Names.fault(of: publish.topic))
            if !(1 ... 1_024).contains(publish.partitions) {
                report(["publish", "partitions"], "a topic has 1 to 1024 partitions.")
            }
        }
        guard let answer else { return problems }
        report(["answer", "stream"], Names.fault(of: answer.stream))
        if let from = answer.from, Instant(rfc3339: from.rfc3339) != from {
            report(["answer", "from"], "its year is not one from 1 to 9999.")
        }
        if case .atMost(let span) = answer.wait, span.microseconds < 0 {
            report(["answer", "wait"], "`wait` is 0s or longer.")
        }
        return problems
    }

    /// Of all that decides which records are answered, and by which model. The stage, the wait and
    /// the durability are not in it: changing those answers nothing twice.
    public var generation: Digest {
        let answered: JSONValue? = answer.map { answer in
            [
                "stream": .string(answer.stream),
                "from": answer.from.map { .string($0.rfc3339) } ?? .null,
            ]
        }
        let decisive: JSONValue = [
            "generation": "Endpoint 1", "name": .string(name), "model": .string(model.model),
            "answer": answered ?? .null,
        ]
        return Digest(of: Array(decisive.canonicalText.utf8))
    }
}
