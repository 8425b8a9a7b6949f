// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "tributary",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Ground: what everything stands on. It knows no word of machine learning.
        .system("CLZ4", link: "lz4"),
        .system("CRdKafka", link: "rdkafka"),
        .system("CRocksDB", link: "rocksdb"),
        .system("CSnappy", link: "snappy"),
        .system("CXGBoost", link: "xgboost"),
        .system("CZlib", link: "z"),
        .system("CZstd", link: "zstd"),
        .shim("CBytes"),
        .shim("CSimdJSON", links: "simdjson"),
        .shim("CWorkers"),
        .ground("Bytes", needs: "CBytes", .crypto),
        .ground("Workers", needs: "CWorkers"),
        .ground("Codecs", needs: "CLZ4", "CSnappy", "CZlib", "CZstd", wraps: true),
        .ground("JSON", needs: "Bytes", "CSimdJSON", wraps: true),
        .ground("Logs", needs: "Bytes"),
        .ground("KafkaLog", needs: "Bytes", "CRdKafka", "Logs", "Workers", wraps: true),
        .ground("Archive", needs: "Bytes", "CZstd", wraps: true),
        .ground("Sockets", needs: .nio),
        .ground("Store", needs: "Bytes"),
        .ground("RocksStore", needs: "Bytes", "CRocksDB", "Store", wraps: true),
        .ground("Projections", needs: "Bytes", "Logs", "Store", "Workers"),

        // Kits: pure functions and formats.
        .kit("Documents", needs: "Bytes", "JSON"),
        .kit("Statistics", needs: "Documents"),
        .kit("Trees", needs: "JSON"),
        .kit("Evaluators", needs: "Documents", "JSON", "Statistics", "Trees"),
        .kit("Expressions", needs: "Bytes", "Documents"),
        .kit("Records", needs: "Bytes", "Documents", "Expressions", "JSON", "Logs", "Store"),

        // Events: the contract.
        .room(
            "Events",
            in: "",
            needs: "Bytes",
            "Documents",
            "Logs",
            "Projections",
            "Store",
            .protobuf
        ),

        // A Kafka broker for one machine.
        .room("Segments", in: "Broker", needs: "Bytes", "Codecs", "Workers"),
        .room(
            "Broker",
            in: "Broker",
            needs: "Bytes",
            "Segments",
            "Sockets",
            "Workers",
            .nio,
            .nioPosix
        ),

        // Domains meet only in the log.
        .domain("Streams", in: "Data", needs: "Documents"),
        .domain("Features", in: "Data", needs: "Documents", "Expressions"),
        .domain("Datasets", in: "Data", needs: "Archive", "Documents", "Expressions"),
        .domain("Experiments", in: "Models"),
        .domain("ModelRegistry", in: "Models", needs: "Documents", "Statistics"),
        .domain("Serving", in: "Operations", needs: "Documents"),

        .wrapping(
            "Training",
            in: "Models",
            needs: "Bytes",
            "CXGBoost",
            "Documents",
            "Evaluators",
            "Statistics"
        ),

        // What domains are joined over, and knows none of them.
        .room(
            "Engine",
            in: "Platform",
            needs: "Bytes",
            "Documents",
            "Events",
            "Logs",
            "Projections",
            "Store",
            "Workers",
            .protobuf
        ),
        .room(
            "Proof",
            in: "Platform",
            needs: "Bytes",
            "Engine",
            "Events",
            "Logs",
            "Projections",
            "Store",
            "Workers",
            .protobuf
        ),

        // The composition root.
        .room(
            "Platform",
            in: "Platform",
            needs: "Archive",
            "Bytes",
            "Datasets",
            "Documents",
            "Engine",
            "Evaluators",
            "Events",
            "Experiments",
            "Expressions",
            "Features",
            "JSON",
            "Logs",
            "ModelRegistry",
            "Projections",
            "Proof",
            "Records",
            "Serving",
            "Statistics",
            "Store",
            "Streams",
            "Training",
            "Workers",
            .protobuf
        ),

        // Doors.
        .room(
            "Resources",
            in: "Interfaces",
            needs: "Documents",
            "JSON",
            .yams
        ),
        .room(
            "HTTP",
            in: "Interfaces",
            needs: "Bytes",
            "Codecs",
            "Documents",
            "Engine",
            "Events",
            "JSON",
            "Logs",
            "Sockets",
            "Store",
            "Workers",
            .hummingbird,
            .hummingbirdCore,
            .httpTypes,
            .logging,
            .nio,
            .nioHTTP1
        ),
        .room(
            "PlatformAPI",
            in: "Interfaces",
            needs: "Archive",
            "Bytes",
            "Datasets",
            "Documents",
            "Engine",
            "Events",
            "Experiments",
            "Features",
            "HTTP",
            "JSON",
            "Logs",
            "ModelRegistry",
            "Platform",
            "Projections",
            "Proof",
            "Records",
            "Resources",
            "Serving",
            "Store",
            "Streams",
            "Training",
            "Workers",
            .hummingbird,
            .httpTypes,
            .nio
        ),
        .room(
            "Inference",
            in: "Interfaces",
            needs: "Bytes",
            "Documents",
            "Engine",
            "Evaluators",
            "Events",
            "Features",
            "HTTP",
            "JSON",
            "Platform",
            "Records",
            "Serving",
            "Workers",
            .hummingbird,
            .httpTypes,
            .nio
        ),
        .room(
            "Feast",
            in: "Interfaces",
            needs: "Bytes",
            "Documents",
            "Engine",
            "Features",
            "HTTP",
            "JSON",
            "Platform",
            "Records",
            "Workers",
            .hummingbird,
            .httpTypes
        ),

        .program(
            "tributary",
            needs: "Archive",
            "Broker",
            "Bytes",
            "Codecs",
            "Documents",
            "Engine",
            "Events",
            "Feast",
            "HTTP",
            "Inference",
            "JSON",
            "KafkaLog",
            "Logs",
            "Platform",
            "PlatformAPI",
            "Projections",
            "Proof",
            "Records",
            "RocksStore",
            "Segments",
            "Store",
            "Streams",
            "Workers",
            .argumentParser,
            .hummingbird,
            .lifecycle,
            .logging,
            .nio,
            .nioHTTP1,
            .nioPosix,
            .unixSignals
        ),
        .program(
            "Bench",
            needs: "Archive",
            "Broker",
            "Bytes",
            "Documents",
            "Engine",
            "Events",
            "Features",
            "HTTP",
            "JSON",
            "KafkaLog",
            "Logs",
            "Platform",
            "PlatformAPI",
            "Projections",
            "Records",
            "RocksStore",
            "Segments",
            "Store",
            "Streams",
            "Training",
            "Trees",
            "Workers",
            .argumentParser,
            .lifecycle,
            .logging,
            .nio,
            .nioPosix,
            .protobuf
        ),
        .program("TopicTool", needs: "Bytes", .argumentParser, .protobuf, .yams),

        // A broker that believes everything, for tests of a log that somebody else keeps.
        .program("OpenDoor", in: "Tests", needs: "Broker", "Segments"),

        // What tests of several modules share.
        .shared("Chance"),
        .shared(
            "Lab",
            needs: "Bytes",
            "Chance",
            "Datasets",
            "Documents",
            "Events",
            "Features",
            "JSON",
            "Logs",
            "ModelRegistry",
            "Projections",
            "Records",
            "Serving",
            "Statistics",
            "Store"
        ),
        .shared("Packing", needs: "CZlib", "CZstd", "Codecs"),

        .tests(of: "Archive", needs: "Bytes", "Chance"),
        .tests(of: "Bytes", needs: "Chance"),
        .tests(of: "Codecs", needs: "Chance", "Packing"),
        .tests(of: "JSON", needs: "Chance"),
        .tests(of: "Statistics"),
        .tests(of: "Trees", needs: "Bytes", "Chance", "JSON", "Training"),
        .tests(of: "Evaluators"),
        .tests(of: "Expressions", needs: "Bytes", "Chance"),
        .tests(of: "Documents", needs: "Bytes", "JSON"),
        .tests(
            of: "Features",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Documents",
            "Events",
            "JSON",
            "Logs",
            "Projections",
            "Records",
            "Store",
            .protobuf
        ),
        .tests(
            of: "Datasets",
            needs: "Archive",
            "Bytes",
            "Chance",
            "Lab",
            "Documents",
            "Events",
            "JSON",
            "Logs",
            "Projections",
            "Records",
            "Store",
            .protobuf
        ),
        .tests(
            of: "Serving",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Documents",
            "Events",
            "JSON",
            "Logs",
            "Projections",
            "Records",
            "Store",
            .protobuf
        ),
        .tests(of: "Training", needs: "Bytes", "Chance", "Evaluators", "Statistics", "Trees"),
        .tests(of: "Logs", needs: "Bytes"),
        .tests(of: "KafkaLog", needs: "Broker", "Bytes", "CRdKafka", "Logs", "Segments"),
        .tests(of: "Store", needs: "Bytes", "Chance", "RocksStore"),
        .tests(of: "Projections", needs: "Bytes", "Chance", "Logs", "RocksStore", "Store"),
        .tests(of: "Events", needs: "Bytes", "Chance", "Logs", "TopicTool", .protobuf),
        .tests(
            of: "Segments",
            needs: "Bytes",
            "CLZ4",
            "CSnappy",
            "Chance",
            "Codecs",
            "Packing"
        ),
        .tests(of: "Broker", needs: "Bytes", "Chance", "Segments", .nio, .nioPosix),
        .tests(
            of: "Records",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Documents",
            "JSON",
            "Logs",
            "Store"
        ),
        .tests(
            of: "Resources",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Datasets",
            "Documents",
            "Features",
            "JSON",
            "ModelRegistry",
            "Records",
            "Serving"
        ),
        .tests(
            of: "Experiments",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Events",
            "Logs",
            "Projections",
            "Store",
            .protobuf
        ),
        .tests(
            of: "ModelRegistry",
            needs: "Bytes",
            "Chance",
            "Lab",
            "Documents",
            "Events",
            "JSON",
            "Logs",
            "Projections",
            "Statistics",
            "Store",
            .protobuf
        ),
        .tests(
            of: "PlatformAPI",
            needs: "Archive",
            "Bytes",
            "Chance",
            "Lab",
            "Codecs",
            "Datasets",
            "Engine",
            "Events",
            "Feast",
            "Features",
            "HTTP",
            "Inference",
            "JSON",
            "Logs",
            "ModelRegistry",
            "Packing",
            "Platform",
            "Projections",
            "Proof",
            "Records",
            "Store",
            .hummingbird,
            .httpTypes,
            .logging,
            .nio,
            .nioPosix,
            .protobuf
        ),
        .tests(
            of: "Platform",
            needs: "Archive",
            "Bytes",
            "Chance",
            "Lab",
            "Datasets",
            "Documents",
            "Engine",
            "Evaluators",
            "Events",
            "Experiments",
            "Feast",
            "Features",
            "JSON",
            "Logs",
            "ModelRegistry",
            "Projections",
            "Proof",
            "Records",
            "Resources",
            "RocksStore",
            "Serving",
            "Statistics",
            "Store",
            "Streams",
            "Training",
            "Trees",
            .protobuf
        ),
    ],
    cxxLanguageStandard: .cxx17
)

extension Target.Dependency {
    static let argumentParser = Target.Dependency.product(
        name: "ArgumentParser",
        package: "swift-argument-parser"
    )
    static let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
    static let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = Target.Dependency.product(
        name: "HummingbirdCore",
        package: "hummingbird"
    )
    static let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
    static let lifecycle = Target.Dependency.product(
        name: "ServiceLifecycle",
        package: "swift-service-lifecycle"
    )
    static let unixSignals = Target.Dependency.product(
        name: "UnixSignals",
        package: "swift-service-lifecycle"
    )
    static let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
    static let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
    static let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
    static let protobuf = Target.Dependency.product(
        name: "SwiftProtobuf",
        package: "swift-protobuf"
    )
    static let yams = Target.Dependency.product(name: "Yams", package: "Yams")
}

extension Target {
    /// What everything stands on. `wraps`: it holds the pointers of a C library, so each `unsafe` is marked.
    static func ground(_ name: String, needs: Dependency..., wraps: Bool = false) -> Target {
        swift(
            name,
            in: "Ground",
            needs: needs,
            wraps ? settings + [.strictMemorySafety()] : settings
        )
    }

    /// Pure: no clock, no chance, no input or output.
    static func kit(_ name: String, needs: Dependency...) -> Target {
        swift(name, in: "Kits", needs: needs, settings)
    }

    /// A domain sees events and the projection kit, and never another domain.
    static func domain(_ name: String, in folder: String, needs: Dependency...) -> Target {
        swift(
            name,
            in: folder,
            needs: [
                "Bytes", "Events", "JSON", "Logs", "Projections", "Records", "Store", .protobuf,
            ] + needs,
            settings
        )
    }

    /// A domain that holds the pointers of a C library, so each `unsafe` is marked.
    static func wrapping(_ name: String, in folder: String, needs: Dependency...) -> Target {
        swift(name, in: folder, needs: needs, settings + [.strictMemorySafety()])
    }

    static func room(_ name: String, in folder: String, needs: Dependency...) -> Target {
        swift(name, in: folder, needs: needs, settings)
    }

    static func program(
        _ name: String,
        in folder: String = "Sources/Programs",
        needs: Dependency...
    ) -> Target {
        .executableTarget(
            name: name,
            dependencies: needs,
            path: "\(folder)/\(name)",
            swiftSettings: settings
        )
    }

    static func tests(of name: String, needs: Dependency...) -> Target {
        .testTarget(
            name: name + "Tests",
            dependencies: [.init(stringLiteral: name)] + needs,
            path: "Tests/\(name)Tests",
            swiftSettings: settings
        )
    }

    static func shared(_ name: String, needs: Dependency...) -> Target {
        .target(name: name, dependencies: needs, path: "Tests/\(name)", swiftSettings: settings)
    }

    /// A C library of the system.
    static func system(_ name: String, link: String) -> Target {
        .systemLibrary(name: name, path: "Sources/Ground/\(name)")
    }

    /// A few lines of C or C++ of our own, for what Swift cannot call.
    static func shim(_ name: String, links: String...) -> Target {
        .target(
            name: name,
            path: "Sources/Ground/\(name)",
            cSettings: [.unsafeFlags(["-O2"])],
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: links.map { .linkedLibrary($0) }
        )
    }

    private static func swift(
        _ name: String,
        in folder: String,
        needs: [Dependency],
        _ settings: [SwiftSetting]
    ) -> Target {
        .target(
            name: name,
            dependencies: needs,
            path: folder.isEmpty ? "Sources/\(name)" : "Sources/\(folder)/\(name)",
            swiftSettings: settings
        )
    }

    private static var settings: [SwiftSetting] {
        [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
        ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])
    }
}
