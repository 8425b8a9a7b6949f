public import Events
public import Store

extension CatalogView<RunLedger> {
    public func run(_ id: String) throws(StoreError) -> Run? {
        try tables.get(RunLedger.runs, id, asOf: asOf)
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
