// swift-tools-version: 6.2
import PackageDescription

/// What every domain sees. Domains meet only in the log.
let domain = "Bytes Events JSON Logs Projections Records Store SwiftProtobuf"
/// What every door sees. Doors do not know each other.
let door = "Bytes Documents Engine HTTP HTTPTypes Hummingbird JSON Platform Records Workers"

/// From the bottom to the top: a room is on rooms before it. `Tests/Acceptance/imports.py` holds the rest of the rules.
let house = [
    // What everything stands on. It knows no word of machine learning.
    Storey("Sources/Ground", tests: "Chance") {
        Room("Bytes", on: "CBytes Crypto")
        Room("Workers", on: "CWorkers", tests: nil)
        Room("Codecs", wraps: "CLZ4 CSnappy CZlib CZstd", tests: "Packing")
        Room("JSON", on: "Bytes", wraps: "CSimdJSON")
        Room("Logs", on: "Bytes")
        Room(
            "KafkaLog",
            on: "Bytes Logs Workers",
            wraps: "CRdKafka",
            tests: "Broker CRdKafka Segments"
        )
        Room("Archive", on: "Bytes", wraps: "CZstd")
        Room("Sockets", on: "NIOCore", tests: nil)
        Room("Store", on: "Bytes", tests: "RocksStore")
        Room("RocksStore", on: "Bytes Store", wraps: "CRocksDB", tests: nil)
        Room("Projections", on: "Bytes Logs Store Workers", tests: "RocksStore")
    },
    // Pure: no clock, no chance, no input or output.
    Storey("Sources/Kits", tests: "Chance") {
        Room("Documents", on: "Bytes JSON")
        Room("Statistics", on: "Documents")
        Room("Trees", on: "JSON", tests: "Bytes Training")
        Room("Evaluators", on: "Documents JSON Statistics Trees")
        Room("Expressions", on: "Bytes Documents")
        Room("Records", on: "Bytes Documents Expressions JSON Logs Store", tests: "Lab")
    },
    // The contract.
    Storey("Sources", tests: "Chance") {
        Room(
            "Events",
            on: "Bytes Documents Logs Projections Store SwiftProtobuf",
            tests: "TopicTool"
        )
    },
    // A Kafka broker for one machine.
    Storey("Sources/Broker", tests: "Chance") {
        Room("Segments", on: "Bytes Codecs Workers", tests: "CLZ4 CSnappy Packing")
        Room("Broker", on: "Bytes NIOCore NIOPosix Segments Sockets Workers")
    },
    Storey("Sources/Data", on: domain) {
        Room("Streams", on: "Documents", tests: nil)
        Room("Features", on: "Documents Expressions")
        Room("Datasets", on: "Archive Documents Expressions")
    },
    Storey("Sources/Models", on: domain) {
        Room("Experiments")
        Room("ModelRegistry", on: "Documents Statistics", tests: "Documents")
    },
    Storey("Sources/Models", tests: "Chance") {
        Room(
            "Training",
            on: "Bytes Documents Evaluators Statistics",
            wraps: "CXGBoost",
            tests: "Trees"
        )
    },
    Storey("Sources/Operations", on: domain) { Room("Serving", on: "Documents") },
    // What domains are joined over, which knows none of them; and above it, where they are joined.
    Storey("Sources/Platform", on: "Bytes Events Logs Projections Store SwiftProtobuf Workers") {
        Room("Engine", on: "Documents", tests: nil)
        Room("Proof", on: "Engine", tests: nil)
        Room(
            "Platform",
            on: """
                Archive Datasets Documents Engine Evaluators Experiments Expressions Features JSON
                ModelRegistry Proof Records Serving Statistics Streams Training
                """,
            tests:
                "Feast HTTP HTTPTypes Hummingbird Inference NIOCore Resources RocksStore Trees"
        )
    },
    // What doors are made of.
    Storey("Sources/Interfaces") {
        Room(
            "Resources",
            on: "Documents JSON Yams",
            tests: "Bytes Datasets Features ModelRegistry Records Serving"
        )
        Room(
            "HTTP",
            on: """
                Bytes Codecs Documents Engine Events HTTPTypes Hummingbird HummingbirdCore JSON
                Logging Logs NIOCore NIOHTTP1 Sockets Store Workers
                """,
            tests: nil
        )
    },
    Storey("Sources/Interfaces", on: door) {
        Room(
            "PlatformAPI",
            on: """
                Archive Datasets Events Experiments Features Logs ModelRegistry NIOCore Projections
                Proof Resources Serving Store Streams Training
                """,
            tests: "Codecs Feast Inference Logging NIOPosix Packing SwiftProtobuf"
        )
        Room("Inference", on: "Events Features NIOCore Serving", tests: nil)
        Room("Feast", on: "Features", tests: nil)
    },
    Storey("Sources/Programs", isPrograms: true) {
        Room(
            "tributary",
            on: """
                Archive ArgumentParser Broker Bytes Codecs Documents Engine Events Feast HTTP
                Hummingbird Inference JSON KafkaLog Logging Logs NIOCore NIOHTTP1 NIOPosix Platform
                PlatformAPI Projections Proof Records RocksStore Segments ServiceLifecycle Store
                Streams UnixSignals Workers
                """,
            tests: nil
        )
        Room(
            "Bench",
            on: """
                Archive ArgumentParser Broker Bytes Documents Engine Events Features HTTP JSON
                KafkaLog Logging Logs NIOCore NIOPosix Platform PlatformAPI Projections Records
                RocksStore Segments ServiceLifecycle Store Streams SwiftProtobuf Training Trees
                Workers
                """,
            tests: nil
        )
        Room("TopicTool", on: "ArgumentParser Bytes SwiftProtobuf Yams", tests: nil)
    },
    // What tests of several rooms share.
    Storey("Tests") {
        Room("Chance", tests: nil)
        Room(
            "Lab",
            on: """
                Bytes Chance Datasets Documents Events Features JSON Logs ModelRegistry Projections
                Records Serving Statistics Store
                """,
            tests: nil
        )
        Room("Packing", on: "CZlib CZstd Codecs", tests: nil)
    },
    // A broker that believes everything, for tests of a log that somebody else keeps.
    Storey("Tests", isPrograms: true) { Room("OpenDoor", on: "Broker Segments", tests: nil) },
]

/// C libraries of the system.
let libraries = ["CLZ4", "CRdKafka", "CRocksDB", "CSnappy", "CXGBoost", "CZlib", "CZstd"]

/// A few lines of C or C++ of our own, for what Swift cannot call, with what they link.
let shims = [("CBytes", [String]()), ("CSimdJSON", ["simdjson"]), ("CWorkers", [])]

/// The package of each product of others.
let products = [
    "ArgumentParser": "swift-argument-parser", "Crypto": "swift-crypto",
    "HTTPTypes": "swift-http-types", "Hummingbird": "hummingbird",
    "HummingbirdCore": "hummingbird", "Logging": "swift-log", "NIOCore": "swift-nio",
    "NIOHTTP1": "swift-nio", "NIOPosix": "swift-nio",
    "ServiceLifecycle": "swift-service-lifecycle", "SwiftProtobuf": "swift-protobuf",
    "UnixSignals": "swift-service-lifecycle", "Yams": "Yams",
]

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
    targets: libraries.map { .systemLibrary(name: $0, path: "Sources/Ground/\($0)") }
        + shims.map { name, linked in
            .target(
                name: name,
                path: "Sources/Ground/\(name)",
                cSettings: [.unsafeFlags(["-O2"])],
                cxxSettings: [.unsafeFlags(["-O2"])],
                linkerSettings: linked.map { .linkedLibrary($0) }
            )
        } + house.flatMap(\.targets)
        + [
            // What joins from outside, with a kind, a topic, a command and a door that no room knows.
            Storey("Tests").tests(
                "GuestTests",
                on: """
                    Archive Bytes Documents Engine Events HTTP HTTPTypes Hummingbird JSON Logging
                    Logs NIOCore NIOPosix Platform PlatformAPI Projections Store SwiftProtobuf
                    Workers tributary
                    """,
                without: "notices.proto"
            )
        ],
    cxxLanguageStandard: .cxx17
)

/// Rooms of one kind, in one folder.
struct Storey {
    var folder: String
    /// What all of them are on.
    var shared: String
    /// What their tests share.
    var tests: String
    var isPrograms: Bool
    var rooms: [Room]

    init(
        _ folder: String,
        on shared: String = "",
        tests: String = "Chance Lab",
        isPrograms: Bool = false,
        @Rooms rooms: () -> [Room] = { [] }
    ) {
        self.folder = folder
        self.shared = shared
        self.tests = tests
        self.isPrograms = isPrograms
        self.rooms = rooms()
    }

    var targets: [Target] { rooms.map(target) + rooms.compactMap(tests) }

    private func target(_ room: Room) -> Target {
        let needs = dependencies(shared, room.names, room.wrapped)
        let (path, settings) = ("\(folder)/\(room.name)", settings(isStrict: !room.wrapped.isEmpty))
        return isPrograms
            ? .executableTarget(
                name: room.name,
                dependencies: needs,
                path: path,
                swiftSettings: settings
            )
            : .target(name: room.name, dependencies: needs, path: path, swiftSettings: settings)
    }

    /// Tests see what their room sees, the room, and what they share.
    private func tests(of room: Room) -> Target? {
        room.tests.map { own in
            .testTarget(
                name: "\(room.name)Tests",
                dependencies: dependencies(room.name, shared, room.names, tests, own),
                path: "Tests/\(room.name)Tests",
                swiftSettings: settings(isStrict: false)
            )
        }
    }

    /// Tests of no room. `file`: What is no source of theirs.
    func tests(_ name: String, on names: String, without file: String) -> Target {
        .testTarget(
            name: name,
            dependencies: dependencies(names),
            path: "\(folder)/\(name)",
            exclude: [file],
            swiftSettings: settings(isStrict: false)
        )
    }

    /// Names with spaces between them. One that stands among `products` is of another package.
    private func dependencies(_ names: String...) -> [Target.Dependency] {
        Set(names.flatMap { $0.split { $0.isWhitespace } }).sorted().map { name in
            products[String(name)].map { .product(name: String(name), package: $0) }
                ?? .byName(name: String(name))
        }
    }

    private func settings(isStrict: Bool) -> [SwiftSetting] {
        let isInCI = Context.environment["CI"] != nil
        return [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
        ] + (isInCI ? [.treatAllWarnings(as: .error)] : [])
            + (isStrict ? [.strictMemorySafety()] : [])
    }
}

@resultBuilder
enum Rooms {
    static func buildBlock(_ rooms: Room...) -> [Room] { rooms }
}

/// A module. `names`: What it is on beside what its storey is on.
struct Room {
    var name: String
    var names: String
    /// C libraries whose pointers it holds, so that each `unsafe` is marked.
    var wrapped: String
    /// What its tests need beside what it is on; nil: it has none of its own.
    var tests: String?

    init(_ name: String, on names: String = "", wraps wrapped: String = "", tests: String? = "") {
        self.name = name
        self.names = names
        self.wrapped = wrapped
        self.tests = tests
    }
}
