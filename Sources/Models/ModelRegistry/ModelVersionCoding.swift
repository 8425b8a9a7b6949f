public import Bytes

extension ModelVersion: Stored {
    public func write(to writer: inout ByteWriter) {
        model.write(to: &writer)
        version.write(to: &writer)
        run.write(to: &writer)
        artifact.write(to: &writer)
        format.write(to: &writer)
        baseline.write(to: &writer)
        dataset.write(to: &writer)
        datasetContent.write(to: &writer)
        writer.appendList(columns)
        writer.appendList(metrics)
        registeredAt.write(to: &writer)
        actor.write(to: &writer)
        stage.write(to: &writer)
        writer.appendList(approvals)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        self.init(
            model: try String(from: &reader),
            version: try Int64(from: &reader),
            run: try String(from: &reader),
            artifact: try Digest(from: &reader),
            format: try String(from: &reader),
            baseline: try Digest?(from: &reader),
            dataset: try String(from: &reader),
            datasetContent: try Digest?(from: &reader),
            columns: try reader.readList(),
            metrics: try reader.readList(),
            registeredAt: try Instant(from: &reader),
            actor: try String?(from: &reader)
        )
        stage = try Stage(from: &reader)
        approvals = try reader.readList()
    }
}

extension ModelVersion.Metric: Stored {
    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        value.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        value = try Double(from: &reader)
    }
}

extension ModelVersion.Approval: Stored {
    public func write(to writer: inout ByteWriter) {
        stage.write(to: &writer)
        actor.write(to: &writer)
        reason.write(to: &writer)
        at.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        stage = try Stage(from: &reader)
        actor = try String(from: &reader)
        reason = try String(from: &reader)
        at = try Instant(from: &reader)
    }
}
