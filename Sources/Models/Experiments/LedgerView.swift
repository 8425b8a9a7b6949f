public import Events
public import Store

extension CatalogView<RunLedger> {
    public func run(_ id: String) throws(StoreError) -> Run? {
        try tables.get(RunLedger.runs, id, asOf: asOf)
    }

    /// A run by its id, or by as much of its beginning as no other has.
    public func run(beginningWith text: String) throws -> Run {
        if let run = try run(text) { return run }
        var found: [Run] = []
        // No text that begins so is behind that.
        try tables.scan(RunLedger.runs, from: text, to: text + "\u{10FFFF}", asOf: asOf) {
            (_, run) throws(StoreError) in
            found.append(run)
            return found.count <= RunRefusal.namedAtMost
        }
        guard let first = found.first else { throw RunRefusal.unknownRun(text) }
        guard found.count == 1 else { throw RunRefusal.ambiguousRun(text, found.map(\.id)) }
        return first
    }

    /// The runs of a model, the newest first.
    public func runs(model: String) throws(StoreError) -> [Run] {
        var ids: [String] = []
        try tables.scan(
            RunLedger.runsByModel,
            from: ModelRunKey(model, 0),
            to: ModelRunKey(model, .max),
            asOf: asOf
        ) { (_, id) throws(StoreError) in
            ids.append(id)
            return true
        }
        return try rows(of: ids.reversed())
    }

    /// The runs of all models, the newest first.
    public func runs() throws(StoreError) -> [Run] {
        let keys = try tables.all(RunLedger.runsByModel, asOf: asOf)
        return try rows(of: keys.sorted { $0.key.position > $1.key.position }.map(\.row))
    }

    /// What was measured in a run: by name, and then by step.
    public func metrics(_ run: String) throws(StoreError) -> [MetricSeries] {
        var series: [MetricSeries] = []
        // A text with a zero at its end is the next one there can be.
        try tables.scan(
            RunLedger.metrics,
            from: MetricKey(run, "", .min),
            to: MetricKey(run + "\0", "", .min),
            asOf: asOf
        ) { (key, value) throws(StoreError) in
            if series.last?.name != key.name { series.append(MetricSeries(key.name, [])) }
            series[series.count - 1].points.append(
                MetricPoint(step: key.step, value: value.value, at: value.at)
            )
            return true
        }
        return series
    }

    private func rows(of ids: [String]) throws(StoreError) -> [Run] {
        try tables.get(RunLedger.runs, ids, asOf: asOf).compactMap(\.self)
    }
}
