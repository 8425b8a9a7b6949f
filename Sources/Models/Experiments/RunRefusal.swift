public import Events

/// Why a request about a run came to nothing. Each says what to do next.
public enum RunRefusal: DomainRefusal, Hashable {
    case unknownRun(String)
    /// With some of the runs that begin so.
    case ambiguousRun(String, [String])
    case startedAlready(String)
    case finishedAlready(String, Run.Status)
    case unfitMetric(run: String, Metric, Metric.Fault)
}

extension RunRefusal {
    /// Of the runs that begin so.
    static let namedAtMost = 5

    public var isUnknown: Bool {
        switch self {
        case .unknownRun: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .unknownRun(let run):
            "there is no run \(run). `tributary get run` lists those there are"
        case .ambiguousRun(let text, let runs):
            "several runs begin with \(text): \(runs.prefix(Self.namedAtMost).joined(separator: ", "))"
                + (runs.count > Self.namedAtMost ? " and more" : "") + ". Write more of it"
        case .startedAlready(let run):
            "there is a run \(run) already. Start another under an id of its own"
        case .finishedAlready(let run, let status):
            "the run \(run) has \(status.rawValue), and takes nothing more. Start another"
        case .unfitMetric(let run, let metric, .hasNoName):
            "a metric of the run \(run) has no name (step \(metric.step), value \(metric.value)). Give it one"
        case .unfitMetric(let run, let metric, .isBeforeTheFirstStep):
            "the metric \(metric.name) of the run \(run) is logged for step \(metric.step). "
                + "Steps count from 1; 0 is the whole run"
        case .unfitMetric(let run, let metric, .isNotFinite):
            "the metric \(metric.name) of the run \(run) is \(metric.value) at step \(metric.step), "
                + "which is no finite number. Leave it out, or end the run as failed"
        }
    }
}
