// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dr-testing",
    products: [
        .library(name: "DRTesting", targets: ["DRTesting"]),
        .library(name: "EventLog", targets: ["EventLog"]),
        .library(name: "ResilientStorage", targets: ["ResilientStorage"]),
        .library(name: "S3", targets: ["S3"]),
        .library(name: "Projections", targets: ["Projections"]),
        .executable(name: "dr-runner", targets: ["dr-runner"]),
        .executable(name: "dr-audit", targets: ["dr-audit"]),
        .executable(name: "fault-proxy", targets: ["fault-proxy"]),
        .executable(name: "dr-projections", targets: ["dr-projections"]),
        .executable(name: "dr-weekly-report", targets: ["dr-weekly-report"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(
            url: "https://github.com/swiftlang/swift-subprocess.git", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system.git", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/CoreOffice/XMLCoder.git", exact: "0.18.2"),
        .package(
            url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", exact: "0.2.0"),
        .package(
            url: "https://github.com/hummingbird-project/swift-mustache.git", exact: "2.1.1"),
    ],
    targets: [
        // The storage of the evidence.
        .systemLibrary(
            name: "CLMDB", path: "Sources/CLMDB", pkgConfig: "lmdb",
            providers: [.apt(["liblmdb-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"]),
        .target(name: "Wire"),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .target(
            name: "Merkle",
            dependencies: ["COpenSSL", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "EventLog", dependencies: ["LMDB", "Merkle", "Wire"]),

        // Old segments of the log, in S3.
        .systemLibrary(
            name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Archive", dependencies: ["CZlib", "EventLog", "S3"]),

        // The domain.
        .target(
            name: "DRTesting", dependencies: ["Wire"],
            resources: [.embedInCode("events.proto")]),

        // The storage system under test, and what breaks it.
        .target(
            name: "S3",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "XMLCoder", package: "XMLCoder"),
            ]),
        .target(
            name: "S3Sandbox",
            dependencies: [
                "S3",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "ResilientStorage",
            dependencies: [
                "S3", "LMDB",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(
            name: "FaultProxy",
            dependencies: [
                "S3",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),

        // Experiments of others, as values.
        .target(name: "ChaosToolkit", dependencies: [.product(name: "Yams", package: "Yams")]),

        // One run of a scenario, from its file to its verdict.
        .target(
            name: "Engine",
            dependencies: [
                "ChaosToolkit", "DRTesting", "EventLog", "S3", "S3Sandbox", "ResilientStorage",
                "FaultProxy", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Scenario/Builtin/complete-r2-outage.yaml"),
                .embedInCode("Scenario/Builtin/partial-service-degradation.yaml"),
                .embedInCode("Scenario/Builtin/circuit-breaker.yaml"),
                .embedInCode("Scenario/Builtin/backup-and-restore.yaml"),
                .embedInCode("Scenario/Builtin/failover-mechanism.yaml"),
                .embedInCode("Scenario/Builtin/performance-benchmark.yaml"),
            ]),

        // What is read from the log.
        .target(
            name: "Projections", dependencies: ["DRTesting", "EventLog", "LMDB", "Merkle", "Wire"],
            path: "Projections/Views"),
        .target(
            name: "Reporting",
            dependencies: [
                "DRTesting", "EventLog", "Merkle", "Projections", "Wire",
                .product(name: "Mustache", package: "swift-mustache"),
            ], path: "Reports/Reporting",
            resources: [.embedInCode("Templates/period.mustache")]),

        // Programs.
        .executableTarget(
            name: "dr-runner",
            dependencies: [
                "ChaosToolkit", "Engine", "DRTesting", "EventLog", "Projections", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "fault-proxy",
            dependencies: [
                "FaultProxy", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "resilient-storage-example",
            dependencies: [
                "ResilientStorage", "S3", "S3Sandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "dr-audit",
            dependencies: [
                "Archive", "DRTesting", "EventLog", "Merkle", "Projections", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .executableTarget(
            name: "dr-projections",
            dependencies: [
                "Archive", "EventLog", "Projections",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Projections/dr-projections"),
        .executableTarget(
            name: "dr-weekly-report",
            dependencies: [
                "EventLog", "Projections", "Reporting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Reports/dr-weekly-report"),

        // Tests.
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB", "CLMDB"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"], exclude: ["sample.proto"]),
        .testTarget(
            name: "MerkleTests",
            dependencies: ["Merkle", .product(name: "Crypto", package: "swift-crypto")],
            exclude: ["Vectors"]),
        .executableTarget(
            name: "log-appender", dependencies: ["EventLog"], path: "Tests/log-appender"),
        .testTarget(
            name: "EventLogTests",
            dependencies: ["EventLog", "LMDB", "Merkle", "Wire", "log-appender"],
            exclude: ["Samples", "verify_log.py"]),
        .testTarget(
            name: "ArchiveTests", dependencies: ["Archive", "EventLog", "S3", "S3Sandbox"]),
        .testTarget(name: "DRTestingTests", dependencies: ["DRTesting", "EventLog", "Wire"]),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "ChaosToolkit", "Engine", "DRTesting", "EventLog", "FaultProxy",
                "ResilientStorage", "S3", "S3Sandbox", "Wire",
            ],
            exclude: ["scenario-mistakes.txt"]),
        .testTarget(
            name: "ProjectionsTests",
            dependencies: ["Projections", "DRTesting", "EventLog", "LMDB", "Merkle", "Wire"],
            exclude: ["Snapshots"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["Reporting", "Projections", "DRTesting", "EventLog"]),
        .target(name: "StorageServers", path: "Tests/StorageServers"),
        .testTarget(
            name: "S3Tests", dependencies: ["S3", "S3Sandbox", "FaultProxy", "StorageServers"]),
        .testTarget(
            name: "S3SandboxTests", dependencies: ["S3Sandbox", "S3"],
            exclude: ["outside_check.py"]),
        .testTarget(
            name: "FaultProxyTests",
            dependencies: [
                "FaultProxy", "S3", "S3Sandbox", "StorageServers",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "ChaosToolkitTests", dependencies: ["ChaosToolkit"],
            exclude: ["python_verdicts.py", "verdicts.json"]),
        .testTarget(
            name: "ResilientStorageTests",
            dependencies: ["ResilientStorage", "S3", "S3Sandbox", "FaultProxy", "LMDB"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "FaultProxy", "Merkle", "S3", "S3Sandbox", "StorageServers", "dr-runner",
                "dr-audit", "dr-projections", "dr-weekly-report", "fault-proxy",
                "resilient-storage-example",
            ],
            exclude: [
                "Help", "check_proof.py", "damage.py", "experiments", "services",
                "toxiproxy_clients.py",
            ]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
