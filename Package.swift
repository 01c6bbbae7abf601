// swift-tools-version: 6.2
import PackageDescription

/// Of every program that people call.
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "dr-testing",
    products: [
        .library(name: "DRTesting", targets: ["DRTesting"]),
        .library(name: "EventLog", targets: ["EventLog"]),
        .library(name: "ResilientStorage", targets: ["ResilientStorage"]),
        .library(name: "S3", targets: ["S3"]),
        .library(name: "Projections", targets: ["Projections"]),
        .library(name: "Reporting", targets: ["Reporting"]),
        .executable(name: "dr-runner", targets: ["dr-runner"]),
        .executable(name: "dr-server", targets: ["dr-server"]),
        .executable(name: "dr-audit", targets: ["dr-audit"]),
        .executable(name: "fault-proxy", targets: ["fault-proxy"]),
        .executable(name: "dr-projections", targets: ["dr-projections"]),
        .executable(name: "dr-weekly-report", targets: ["dr-weekly-report"]),
        .executable(name: "dr-compliance-report", targets: ["dr-compliance-report"]),
        .executable(name: "dr-nightly", targets: ["dr-nightly"]),
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
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1",
            traits: []),
        .package(url: "https://github.com/vapor/jwt-kit.git", exact: "5.7.1"),
        .package(
            url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0", traits: []),
        .package(
            url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
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
        .target(
            name: "ChaosToolkit", dependencies: ["Wire", .product(name: "Yams", package: "Yams")]),

        // One run of a scenario, from its file to its verdict.
        .target(
            name: "Engine",
            dependencies: [
                "ChaosToolkit", "DRTesting", "EventLog", "S3", "S3Sandbox", "ResilientStorage",
                "FaultProxy", "Wire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
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
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], path: "Reports/Reporting",
            resources: [
                .embedInCode("Compliance/controls.json"),
                .embedInCode("Schemas/compliance-report.schema.json"),
                .embedInCode("Schemas/period-report.schema.json"),
                .embedInCode("Templates/frame.mustache"),
                .embedInCode("Templates/report.css"),
                .embedInCode("Templates/run.mustache"),
            ]),

        // What runs unattended, and what people and programs see of it.
        .target(
            name: "Service",
            dependencies: [
                "DRTesting", "EventLog", "Merkle", "Projections", "Reporting", "Wire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "DRTesting", "EventLog", "Merkle", "Projections", "Reporting", "Service", "Wire",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Dashboard",
            dependencies: [
                "DRTesting", "EventLog", "HTTPAPI", "Merkle", "Projections", "Reporting", "Service",
                "Wire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [
                .embedInCode("Templates/alerts.mustache"),
                .embedInCode("Templates/audit.mustache"),
                .embedInCode("Templates/findings.mustache"),
                .embedInCode("Templates/foot.mustache"),
                .embedInCode("Templates/head.mustache"),
                .embedInCode("Templates/history.mustache"),
                .embedInCode("Templates/overview.mustache"),
                .embedInCode("Templates/problem.mustache"),
                .embedInCode("Templates/reports.mustache"),
                .embedInCode("Templates/scenarios.mustache"),
                .embedInCode("Templates/schedules.mustache"),
                .embedInCode("Templates/signin.mustache"),
                .embedInCode("Templates/test.mustache"),
                .embedInCode("Templates/tests.mustache"),
                .embedInCode("Assets/app.js"),
                .embedInCode("Assets/mark.svg"),
                .embedInCode("Assets/style.css"),
            ]),

        // Programs.
        .executableTarget(
            name: "dr-server",
            dependencies: [
                "Dashboard", "EventLog", "HTTPAPI", "Projections", "Service", argumentParser,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            exclude: ["Examples"]),
        .executableTarget(
            name: "dr-runner",
            dependencies: [
                "ChaosToolkit", "Engine", "DRTesting", "EventLog", "Projections", "Service", "Wire",
                argumentParser,
            ]),
        .executableTarget(
            name: "fault-proxy",
            dependencies: ["FaultProxy", argumentParser]),
        .executableTarget(
            name: "resilient-storage-example",
            dependencies: ["ResilientStorage", "S3", "S3Sandbox", argumentParser]),
        .executableTarget(
            name: "dr-audit",
            dependencies: [
                "Archive", "DRTesting", "EventLog", "Merkle", "Projections", "Wire", argumentParser,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .executableTarget(
            name: "dr-projections",
            dependencies: ["Archive", "EventLog", "Projections", argumentParser],
            path: "Projections/dr-projections"),
        .target(
            name: "ReportCommands",
            dependencies: ["DRTesting", "Reporting", argumentParser],
            path: "Reports/ReportCommands"),
        .executableTarget(
            name: "dr-weekly-report",
            dependencies: ["EventLog", "ReportCommands", "Reporting", argumentParser],
            path: "Reports/dr-weekly-report"),
        .executableTarget(
            name: "dr-compliance-report",
            dependencies: ["EventLog", "Merkle", "ReportCommands", "Reporting", argumentParser],
            path: "Reports/dr-compliance-report"),
        .executableTarget(
            name: "dr-nightly",
            dependencies: [
                "DRTesting", "EventLog", "ReportCommands", "Reporting", "Wire", argumentParser,
            ], path: "Reports/dr-nightly", exclude: ["Examples"]),

        // Tests.
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB", "CLMDB"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"], exclude: ["sample.proto"]),
        .testTarget(
            name: "MerkleTests",
            dependencies: ["Merkle", .product(name: "Crypto", package: "swift-crypto")],
            exclude: ["Vectors"]),
        .executableTarget(
            name: "log-appender", dependencies: ["DRTesting", "EventLog"],
            path: "Tests/log-appender"),
        .testTarget(
            name: "EventLogTests",
            dependencies: ["EventLog", "LMDB", "Merkle", "Wire", "log-appender"],
            exclude: ["Samples", "verify_log.py"]),
        .testTarget(
            name: "ArchiveTests", dependencies: ["Archive", "EventLog", "S3", "S3Sandbox"]),
        .testTarget(
            name: "DRTestingTests", dependencies: ["DRTesting", "EventLog", "Wire"],
            exclude: ["cron_fires.py", "cron-fires.json"]),
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
            dependencies: ["Reporting", "Projections", "DRTesting", "EventLog", "Merkle", "Wire"],
            exclude: ["Vectors"]),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Service", "DRTesting", "EventLog", "Projections", "S3Sandbox", "Wire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["fake-runner.sh"]),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "HTTPAPI", "Service", "DRTesting", "EventLog", "Merkle", "Projections", "Reporting",
                "Wire", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Dashboard", "HTTPAPI", "Service", "DRTesting", "EventLog", "Projections",
                "Reporting", "Wire", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
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
            name: "ChaosToolkitTests", dependencies: ["ChaosToolkit", "Wire"],
            exclude: ["python_verdicts.py", "verdicts.json"]),
        .testTarget(
            name: "ResilientStorageTests",
            dependencies: ["ResilientStorage", "S3", "S3Sandbox", "FaultProxy", "LMDB"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "FaultProxy", "Merkle", "S3", "S3Sandbox", "StorageServers", "dr-runner",
                "dr-audit", "dr-compliance-report", "dr-nightly", "dr-projections", "dr-server",
                "dr-weekly-report", "fault-proxy", "log-appender", "resilient-storage-example",
            ],
            exclude: [
                "Help", "browser.py", "check_oscal.py", "check_pdf.py", "check_proof.py",
                "check_reports.py", "check_webhook.py", "contract.py", "damage.py",
                "experiments", "html_page.py", "junit-strict.xsd", "oscal",
                "schedule_zones.py", "services", "toxiproxy_clients.py",
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
