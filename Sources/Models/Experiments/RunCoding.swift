public import Bytes

extension Run: Stored {
    public func write(to writer: inout ByteWriter) {
        id.write(to: &writer)
        given.write(to: &writer)
        startedAt.write(to: &writer)
        actor.write(to: &writer)
        status.rawValue.write(to: &writer)
        reason.write(to: &writer)
        writer.appendList(artifacts)
        finishedAt.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        self.init(
            try String(from: &reader),
            given: try Given(from: &reader),
            startedAt: try Instant(from: &reader),
            actor: try String?(from: &reader)
        )
        let start = reader.position
        guard let status = Status(rawValue: try String(from: &reader)) else {
            throw .malformed("an unknown status", at: start)
        }
        self.status = status
        reason = try String(from: &reader)
        artifacts = try reader.readList()
        finishedAt = try Instant?(from: &reader)
    }
}

extension Run.Given: Stored {
    public func write(to writer: inout ByteWriter) {
        model.write(to: &writer)
        definition.write(to: &writer)
        dataset.write(to: &writer)
        datasetContent.write(to: &writer)
        writer.appendList(parameters)
        codeRevision.write(to: &writer)
        engine.write(to: &writer)
        environment.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        model = try String(from: &reader)
        definition = try String(from: &reader)
        dataset = try String(from: &reader)
        datasetContent = try Digest?(from: &reader)
        parameters = try reader.readList()
        codeRevision = try String(from: &reader)
        engine = try String(from: &reader)
        environment = try String(from: &reader)
    }
}

extension Run.Parameter: Stored {
    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        value.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        value = try String(from: &reader)
    }
}

extension Run.Artifact: Stored {
    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        digest.write(to: &writer)
        byteCount.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        digest = try Digest(from: &reader)
        byteCount = try Int64(from: &reader)
    }
}
