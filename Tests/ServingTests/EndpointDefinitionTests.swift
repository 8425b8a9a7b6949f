import Bytes
import Documents
import Foundation
import Serving
import Testing

@Suite struct `An Endpoint` {
    static let text = """
        {
          "kind": "Endpoint", "name": "late-arrival", "description": "Late?", "owner": "ada",
          "spec": {
            "model": "late-arrival@production",
            "answer": {
              "stream": "scheduled", "from": "2013-04-01T00:00:00-04:00", "wait": "unlimited"
            },
            "publish": {"topic": "scores", "partitions": 3},
            "durability": "async", "missing": "refuse"
          }
        }
        """

    @Test func `reads its keys`() throws {
        let endpoint = try EndpointDefinition(canonical: Self.text)
        #expect(
            endpoint
                == EndpointDefinition(
                    name: "late-arrival",
                    description: "Late?",
                    owner: "ada",
                    model: .init("late-arrival", .stage("production")),
                    answer: .init(
                        stream: "scheduled",
                        from: Instant(rfc3339: "2013-04-01T04:00:00Z"),
                        wait: .unlimited
                    ),
                    publish: .init(topic: "scores", partitions: 3),
                    durability: .async,
                    missing: .refuse
                )
        )
    }

    /// The problems of the good resource with one piece of text replaced, each with its path.
    private func problems(_ old: String, _ new: String) -> [String] {
        guard let place = Self.text.range(of: old) else { return ["The text has no \(old)."] }
        do throws(DocumentProblems) {
            _ = try EndpointDefinition(
                canonical: Self.text.replacingCharacters(in: place, with: new)
            )
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test(arguments: [
        (
            #""late-arrival@production""#, #""late-arrival""#,
            "spec.model: `late-arrival` says neither which stage to follow nor which version to stay with. Write `late-arrival@production` or `late-arrival@1`."
        ),
        (
            #""late-arrival@production""#, #""late-arrival@prod""#,
            "spec.model: `prod` is no version and no stage to follow. There are development, test, production. Did you mean `production`?"
        ),
        (
            #""late-arrival@production""#, #""late-arrival@archived""#,
            "spec.model: `archived` is no version and no stage to follow. There are development, test, production."
        ),
        (
            #""late-arrival@production""#, #""late-arrival@""#,
            "spec.model: `` is no version and no stage to follow. There are development, test, production."
        ),
        (
            #""late-arrival@production""#, #""late-arrival@0""#,
            "spec.model: versions count from 1; `0` is none."
        ),
        (
            #""late-arrival@production""#, #""late-arrival@9223372036854775808""#,
            "spec.model: versions count from 1; `9223372036854775808` is none."
        ),
        (
            #""late-arrival@production""#, #""@production""#,
            "spec.model: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""late-arrival@production""#, #""a@b@production""#,
            "spec.model: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""late-arrival@production""#, "{}",
            "spec.model: `model` is a mapping. It takes NAME@STAGE or NAME@VERSION such as `late-arrival@production`."
        ),
        (
            #""stream": "scheduled", "#, "",
            "spec.answer: `stream` is missing (the stream whose records are answered)."
        ),
        (
            #""stream": "scheduled""#, #""stream": "a b""#,
            "spec.answer.stream: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""2013-04-01T00:00:00-04:00""#, #""2013-04-01""#,
            "spec.answer.from: `from` is `2013-04-01`. It takes an RFC 3339 time with an offset such as `2013-01-01T00:00:00Z`."
        ),
        (
            #""unlimited""#, #""forever""#,
            "spec.answer.wait: `wait` is `forever`. It takes `unlimited` or a length of time such as `30s`."
        ),
        (
            #""topic": "scores""#, #""topic": "tributary.scores""#,
            "spec.publish.topic: names that begin with `tributary.` are the platform's own."
        ),
        (
            #""partitions": 3"#, #""partitions": 0"#,
            "spec.publish.partitions: `partitions` is `0`. It takes a whole number from 1 to 1024."
        ),
        (
            #""async""#, #""sync""#,
            "spec.durability: `sync` is no durability. There are acked, async. Did you mean `acked`?"
        ),
        (
            #""refuse""#, #""drop""#,
            "spec.missing: `drop` is no way to treat a missing value. There are keep, refuse."
        ),
        (
            #""missing""#, #""missin": 1, "missing""#,
            "spec.missin: `missin` is no key of `spec`. Did you mean `missing`? (key)"
        ),
    ])
    func `says what is wrong and where`(old: String, new: String, problem: String) {
        #expect(problems(old, new) == [problem])
    }

    @Test func `has another generation exactly when another result is asked for`() throws {
        let good = try EndpointDefinition(canonical: Self.text)
        func changed(_ change: (inout EndpointDefinition) -> Void) -> Bool {
            var other = good
            change(&other)
            return other.generation != good.generation
        }
        #expect(!changed { _ in })
        #expect(!changed { $0.description = "x" })
        #expect(!changed { $0.owner = "x" })
        #expect(!changed { $0.model.choice = .version(3) })
        #expect(!changed { $0.durability = .acked })
        #expect(!changed { $0.missing = .keep })
        #expect(!changed { $0.publish = nil })
        #expect(!changed { $0.answer?.wait = .atMost(.day) })
        #expect(changed { $0.name = "x" })
        #expect(changed { $0.model.model = "x" })
        #expect(changed { $0.answer?.stream = "x" })
        #expect(changed { $0.answer?.from = nil })
        #expect(changed { $0.answer = nil })
    }
}
