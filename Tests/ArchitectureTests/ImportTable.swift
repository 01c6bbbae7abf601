/// What the files of one module or program may import, besides the system's modules.
struct ImportRow: Sendable {
    var ours: Set<String> = []
    /// Modules of other packages. `NIO…` stands for every module whose name begins with `NIO`.
    var others: Set<String> = []
    /// Of these, the ones that a single file keeps to itself.
    var inOneFile: Set<String> = []

    func allows(_ module: String) -> Bool {
        ours.contains(module) || others.contains { ImportTable.name($0, covers: module) }
    }
}

/// Who may import whom.
///
/// SwiftPM lets a target import whatever the build has produced, so a test holds this table. A
/// better plan changes it in the same commit as the code.
enum ImportTable {
    static let rows: [String: ImportRow] = [
        "CLMDB": ImportRow(),
        "LMDB": ImportRow(ours: ["CLMDB"]),
        "Wire": ImportRow(),
        "COpenSSL": ImportRow(),
        "Merkle": ImportRow(ours: ["COpenSSL"], others: ["Crypto"], inOneFile: ["COpenSSL"]),
        "EventLog": ImportRow(ours: ["LMDB", "Merkle", "Wire"]),
        "CZlib": ImportRow(),
        "Archive": ImportRow(ours: ["CZlib", "EventLog", "S3"]),

        "DRTesting": ImportRow(ours: ["Wire"]),

        "S3": ImportRow(
            others: [
                "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
                "XMLCoder",
            ]),
        "S3Sandbox": ImportRow(
            ours: ["S3"], others: ["Crypto", "NIOCore", "NIOHTTP1", "NIOPosix"]),
        "ResilientStorage": ImportRow(
            ours: ["LMDB", "S3"], others: ["AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1"]),
        "FaultProxy": ImportRow(ours: ["S3"], others: ["NIO…"], inOneFile: ["S3"]),
        "ChaosToolkit": ImportRow(ours: ["Wire"], others: ["Yams"]),
        "Engine": ImportRow(
            ours: [
                "ChaosToolkit", "DRTesting", "EventLog", "FaultProxy", "Merkle", "ResilientStorage",
                "S3",
                "S3Sandbox", "Wire",
            ],
            others: [
                "AsyncHTTPClient", "Crypto", "Histogram", "NIOCore", "NIOHTTP1", "NIOPosix",
                "Subprocess", "SystemPackage", "Yams",
            ]),

        "Projections": ImportRow(
            ours: ["DRTesting", "EventLog", "LMDB", "Merkle", "Wire"], others: ["Histogram"],
            inOneFile: ["LMDB"]),
        "Reporting": ImportRow(
            ours: ["DRTesting", "EventLog", "Merkle", "Projections", "Wire"],
            others: ["Mustache", "Subprocess", "SystemPackage"],
            inOneFile: ["Subprocess", "SystemPackage"]),

        "Service": ImportRow(
            ours: ["DRTesting", "EventLog", "Merkle", "Projections", "Reporting", "Wire"],
            others: [
                "AsyncHTTPClient", "Crypto", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
                "ServiceLifecycle", "Subprocess", "SystemPackage",
            ]),
        "HTTPAPI": ImportRow(
            ours: [
                "DRTesting", "EventLog", "Merkle", "Projections", "Reporting", "Service", "Wire",
            ],
            others: [
                "CoreMetrics", "Crypto", "HTTPTypes", "Hummingbird", "JWTKit", "Logging", "Metrics",
                "NIOCore", "ServiceLifecycle",
            ]),
        "Dashboard": ImportRow(
            ours: [
                "DRTesting", "EventLog", "HTTPAPI", "Merkle", "Projections", "Reporting",
                "Service", "Wire",
            ],
            others: ["Crypto", "HTTPTypes", "Hummingbird", "Mustache", "NIOCore"]),

        "dr-server": ImportRow(
            ours: ["Dashboard", "EventLog", "HTTPAPI", "Projections", "Service"],
            others: [
                "ArgumentParser", "Configuration", "Hummingbird", "HummingbirdCore",
                "HummingbirdTLS", "Logging", "NIOCore", "NIOSSL", "ServiceLifecycle",
                "SystemPackage", "UnixSignals",
            ]),
        "dr-runner": ImportRow(
            ours: [
                "ChaosToolkit", "DRTesting", "Engine", "EventLog", "Projections", "Service", "Wire",
            ],
            others: ["ArgumentParser"]),
        "fault-proxy": ImportRow(ours: ["FaultProxy"], others: ["ArgumentParser"]),
        "resilient-storage-example": ImportRow(
            ours: ["ResilientStorage", "S3", "S3Sandbox"], others: ["ArgumentParser"]),
        "dr-audit": ImportRow(
            ours: ["Archive", "DRTesting", "EventLog", "Merkle", "Projections", "Wire"],
            others: ["ArgumentParser", "Subprocess", "SystemPackage"], inOneFile: ["Archive"]),
        "dr-projections": ImportRow(
            ours: ["Archive", "EventLog", "Projections"], others: ["ArgumentParser"],
            inOneFile: ["Archive"]),
        // What the programs of reports share, as programs.
        "ReportCommands": ImportRow(
            ours: ["DRTesting", "Reporting"], others: ["ArgumentParser"]),
        "dr-weekly-report": ImportRow(
            ours: ["EventLog", "ReportCommands", "Reporting"], others: ["ArgumentParser"]),
        "dr-compliance-report": ImportRow(
            ours: ["EventLog", "Merkle", "ReportCommands", "Reporting"],
            others: ["ArgumentParser"]),
        "dr-nightly": ImportRow(
            ours: ["DRTesting", "EventLog", "ReportCommands", "Reporting", "Wire"],
            others: ["ArgumentParser"]),
    ]

    static let system: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing",
    ]

    /// These do with FoundationEssentials: all of Foundation costs every program that links them
    /// start-up time and size.
    static let withoutFoundation: Set<String> = [
        "DRTesting", "EventLog", "LMDB", "Merkle", "Projections", "Reporting", "Wire",
    ]

    /// What is read from the log must not be able to change what is tested. `dr-audit` and
    /// `dr-projections` reach S3 for the archive, through its module, in one file each.
    static let readSide: Set<String> = [
        "Projections", "ReportCommands", "Reporting", "dr-compliance-report", "dr-nightly",
        "dr-weekly-report",
    ]
    static let writeSide: Set<String> = [
        "AsyncHTTPClient", "ChaosToolkit", "Engine", "FaultProxy", "NIO…", "ResilientStorage", "S3",
        "S3Sandbox",
    ]

    /// The module or program that a file belongs to.
    static func module(of path: String) -> String? {
        guard let folder = SourceFile.moduleFolder(of: path) else { return nil }
        if folder == "Projections/Views" { return "Projections" }
        return folder.split(separator: "/").last.map { String($0) }
    }

    static func name(_ pattern: String, covers module: String) -> Bool {
        pattern.last == "…" ? module.hasPrefix(pattern.dropLast()) : pattern == module
    }

    /// Everything that a module reaches through modules of ours, by its own name.
    static func reach(of module: String) -> Set<String> {
        var reached: Set<String> = []
        var next = [module]
        while let name = next.popLast() {
            guard reached.insert(name).inserted, let row = rows[name] else { continue }
            next += row.ours
            reached.formUnion(row.others)
        }
        return reached
    }

    static func findings(in file: SourceFile) -> [Finding] {
        guard let importer = module(of: file.path), let row = rows[importer] else { return [] }
        return file.imports.compactMap { found in
            let isAllowed =
                system.contains(found.module)
                ? found.module != "Foundation" || !withoutFoundation.contains(importer)
                : row.allows(found.module)
            if isAllowed { return nil }
            return Finding(
                path: file.path, line: found.line,
                message: "\(importer) may not import \(found.module)")
        }
    }
}
