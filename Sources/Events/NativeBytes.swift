public import Bytes
internal import FoundationEssentials

// Protobuf keeps bytes as `Data`, which the modules that decide and fold do not import. They read
// and write the platform's own types here; nil says that the field does not hold what it should.

extension StreamEvent.Declared {
    public var generationDigest: Digest? {
        get { Digest(bytes: generation) }
        set { generation = Data(newValue?.bytes ?? []) }
    }
}

extension DeadLetterEvent.Refused {
    public var generationDigest: Digest? {
        get { Digest(bytes: generation) }
        set { generation = Data(newValue?.bytes ?? []) }
    }

    /// The record's own key; nil where it was null.
    public var originalKey: [UInt8]? {
        get { hasKey ? Array(key) : nil }
        set { if let newValue { key = Data(newValue) } else { clearKey() } }
    }

    /// The record's own value; nil where it was null.
    public var originalValue: [UInt8]? {
        get { hasValue ? Array(value) : nil }
        set { if let newValue { value = Data(newValue) } else { clearValue() } }
    }
}

extension DeadLetterEvent.Header {
    public init(name: String, bytes: [UInt8]?) {
        self.init()
        self.name = name
        self.bytes = bytes
    }

    /// The header's own value; nil where it was null.
    public var bytes: [UInt8]? {
        get { hasValue ? Array(value) : nil }
        set { if let newValue { value = Data(newValue) } else { clearValue() } }
    }
}

extension AttestationEvent.Attested {
    public var generationDigest: Digest? {
        get { Digest(bytes: generation) }
        set { generation = Data(newValue?.bytes ?? []) }
    }

    public var rowsDigest: Digest? {
        get { Digest(bytes: digest) }
        set { digest = Data(newValue?.bytes ?? []) }
    }
}

extension AttestationEvent.Diverged {
    public var generationDigest: Digest? {
        get { Digest(bytes: generation) }
        set { generation = Data(newValue?.bytes ?? []) }
    }

    public var expectedRowsDigest: Digest? {
        get { Digest(bytes: expectedDigest) }
        set { expectedDigest = Data(newValue?.bytes ?? []) }
    }

    public var actualRowsDigest: Digest? {
        get { Digest(bytes: actualDigest) }
        set { actualDigest = Data(newValue?.bytes ?? []) }
    }

    /// The first key whose rows differ; nil where only digests are known.
    public var firstDifferingKey: [UInt8]? {
        get { hasFirstKey ? Array(firstKey) : nil }
        set { if let newValue { firstKey = Data(newValue) } else { clearFirstKey() } }
    }
}
