// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

/// The contract that this code was made from.
public enum Contract {
    /// SHA-256 over Topics/topics.yaml and the messages beside it.
    public static let digest = "1f13844453d7f7e4eb02e035f5e41897559dd80a2cb2ae1409b2f225a2e0a77e"
}

// Each message file, and the code that was made from it:
// alerts.proto ede6b4f187e1cbc5dc81c8380673312c1602f49c516f9b0e50d81e68d4c5f2f5
// alerts.pb.swift f81ecb39ec7f378fa7cf49d68d9318f64e062467fb09bae5cd670475f5412528
// attestations.proto 0c8f5320a0a9a8128f12f83caf3ab14ae8c2df990ad2f7d722ac426bd13512ae
// attestations.pb.swift f0427aea913831bc7dca5c70dcb538f3c4ad9cd9fd5846347aaffabe3b735e1e
// deadletters.proto da1095d98b251ef362b19ad7efea34c387139d64842e109c80ae609e80f4252d
// deadletters.pb.swift 3b5b16070559701daed577405fe443acba0d280f86b2a113fd1fec7ae08f3972
// streams.proto e0f3b852dabec9d7bff5071183517e3a830e9e3591d9af734f74a4a0b06444ca
// streams.pb.swift f5fa200565ff5e2f532482b5517c74d2d287f2940d27f0a5f19e554eba032af3
