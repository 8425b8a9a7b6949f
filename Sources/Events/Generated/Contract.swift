// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

/// The contract that this code was made from.
public enum Contract {
    /// SHA-256 over Topics/topics.yaml and the messages beside it.
    public static let digest = "f83e7aa4800353c373be3f0654536a9ccd0f7df6b3bd018af2cb1e6f8ccc18dc"
}

// Each message file, and the code that was made from it:
// alerts.proto 7f3617f3b1d92bbbfcd2a0cdf68aab3b330dfa1780564f8a507e3ed629cb15da
// alerts.pb.swift 7f419d7ddee8b7867661185cb42c65d10d793f850fac74bc38008540937f4db5
// attestations.proto 0b353462fbb84932c1d4eae5070738f2c876594a2f07834888bd87068446c9b9
// attestations.pb.swift 53bdc5438900bf2b8353b9757ea054288d4a8f97456ffbf14ff80c7466a83439
// datasets.proto 7b59c0be16f5bced9fa62a5eff7a649947362869021f5fca862156fd744b669a
// datasets.pb.swift 90841cb13e2854b99e8b4f76d7690fd487027035decab9e3a74db47537e0c6fe
// deadletters.proto fcc2d3b5af7d156094b7c657c1460e38d3d832f8e91556331295408d1a78eee6
// deadletters.pb.swift 6c962a1462b967d48e572083eeece1544dc60249128bcd80e92a0c9897236144
// endpoints.proto 889b51eba781cd40eba97de2bc6990b780ef7d018301871130e7e16c8b293d81
// endpoints.pb.swift 8ea19eb4020aa28d40f242a6833ec183da5c19b29c2337ca15b8539c6d83605c
// experiments.proto 0270be21b71e6e18858543b8e7b9c5eba6ec6a7a87550188c2c160a4209660f4
// experiments.pb.swift 814aba6b2d0e3874795ad42665da7289e6ab68d13ddd131545748d0bfd8a992d
// features.proto 115ca452656d89886997797345faf48bd36584e3daeb147531dd3faea8a99eac
// features.pb.swift 4b4d4317b49ae575ff4b3ec655b72b94c776ad0b3e1378105875e089ea7e8e78
// models.proto f9a90f022bad81567422337ba6cd0935f8dc74c61462e11bdc987cc9ed48ccd3
// models.pb.swift 9685c4cc3a447d5fb8689105d6e5010d9f25bab0bbd7a373c46f38717b8b2ee7
// predictions.proto 80fafcafde23a4d03fe943f205a981f80ceacf9813d093d58de653bd1b9d7416
// predictions.pb.swift c76ebdb4e6a839475722c6869f7c8a0f2d2946af8fd98dc1c1312caf6d39f5f9
// streams.proto 61574e17149811c74eb81f0b69fffd18d411bf45795d066c22c40f6632b9bc58
// streams.pb.swift 261a991b65d2addd005039504734489cbd06b940d45f7fbe59577e013eaf93d3
