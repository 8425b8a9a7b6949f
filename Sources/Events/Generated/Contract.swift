// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

/// The contract that this code was made from.
public enum Contract {
    /// SHA-256 over Topics/topics.yaml and the messages beside it.
    public static let digest = "cdc4aa94d436973a0d23d94dffe37b6cefd756d415a47a46b52fa01877d0806d"
}

// Each message file, and the code that was made from it:
// alerts.proto 7f3617f3b1d92bbbfcd2a0cdf68aab3b330dfa1780564f8a507e3ed629cb15da
// alerts.pb.swift 7f419d7ddee8b7867661185cb42c65d10d793f850fac74bc38008540937f4db5
// attestations.proto 0b353462fbb84932c1d4eae5070738f2c876594a2f07834888bd87068446c9b9
// attestations.pb.swift 53bdc5438900bf2b8353b9757ea054288d4a8f97456ffbf14ff80c7466a83439
// deadletters.proto da1095d98b251ef362b19ad7efea34c387139d64842e109c80ae609e80f4252d
// deadletters.pb.swift 3b5b16070559701daed577405fe443acba0d280f86b2a113fd1fec7ae08f3972
// streams.proto 6e3353ff833923bf2d52e3d50316e6343fae3160bb20a66879bccd71ef2929e9
// streams.pb.swift c695b779693b96ea89a97a242f5db33c3afc9c2f8fd563a2ceb7bb48d29bea7f
