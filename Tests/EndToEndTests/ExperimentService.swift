import Foundation
import StorageServers
import Testing

/// The service that experiments are run against, in a folder of its own.
struct ExperimentService: Sendable {
    let token = "planted-token-\(UUID())"
    private let process: ServerProcess
    private let port: Int

    static func start() async throws -> ExperimentService {
        let service = try ExperimentService(port: try LocalPort.free())
        try await service.process.waitUntilReady(port: service.port, path: "/ready")
        return service
    }

    private init(port: Int) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-experiment-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let files = [
            "certificate.txt": "valid\n", "valid.txt": "valid\n", "expired.txt": "expired\n",
            "queue-length.txt": "2.5\n", "token.txt": token, "requests.txt": "",
        ]
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        }
        process = try ServerProcess(
            StorageServer.program("python3"),
            [Self.folder + "/service.py", String(port), folder], folder: folder)
        self.port = port
    }

    /// Where the experiments stand.
    static let folder = Repository.tests + "/EndToEndTests/experiments"

    var folder: String { process.folder }
    var host: String { "127.0.0.1:\(port)" }

    /// What the experiments take from the environment.
    var environment: [String: String] {
        ["SERVICE_URL": "http://\(host)", "SERVICE_FOLDER": folder, "API_TOKEN": token]
    }

    var health: Int? { LocalPort(port).status(of: "/health") }

    /// What it was asked and given, one line each, in order.
    var requests: [String] {
        let text = try? String(contentsOfFile: folder + "/requests.txt", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map { String($0) }
    }

    func waitUntil(health status: Int, within limit: Duration = .seconds(15)) async throws {
        let deadline = ContinuousClock.now + limit
        while health != status {
            try #require(ContinuousClock.now < deadline, "health is not \(status)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// A target that allows what the experiments call.
    func target(
        processes: [String] = ["cat", "cp", "curl", "echo", "false", "sleep", "test"]
    ) -> String {
        let paths = processes.map { Self.path(of: $0) }.joined(separator: ", ")
        return """
            name: experiments
            kind: embedded
            environment: test
            allow:
              hosts: ["\(host)"]
              processes: [\(paths)]
              environment: [API_TOKEN]

            """
    }

    /// As the runner finds a program, by the same variable.
    static func path(of program: String) -> String {
        let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let found = search.split(separator: ":").map { "\($0)/\(program)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        return found ?? "/no/\(program)"
    }
}

extension Workspace {
    /// Runs an experiment of the folder, or one that a test wrote, on a target for the service.
    func experiment(
        _ file: String, on service: ExperimentService, _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> Finished {
        try await inDrillPlace { [self] in
            try await startExperiment(file, on: service, arguments, environment: environment)
                .finish()
        }
    }

    func startExperiment(
        _ file: String, on service: ExperimentService, _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> RunningProgram {
        let path = file.hasPrefix("/") ? file : "\(ExperimentService.folder)/\(file)"
        let target = try write(service.target(), to: "target.yaml")
        return try start(
            .runner, ["run", path, "--target", target] + arguments,
            environment: service.environment.merging(environment) { $1 })
    }
}

/// Small experiments, with only what a test is about.
enum SmallExperiment {
    static let gate = probe("health", "/health", tolerance: "200")

    static func probe(_ name: String, _ path: String, tolerance: String) -> String {
        """
        {"type": "probe", "name": "\(name)", "tolerance": \(tolerance),
         "provider": {"type": "http", "url": "${service_url}\(path)"}}
        """
    }

    static func post(_ name: String, _ path: String, more: String = "") -> String {
        """
        {"type": "action", "name": "\(name)"\(more),
         "provider": {"type": "http", "url": "${service_url}\(path)", "method": "POST"}}
        """
    }

    static func process(
        _ name: String, _ path: String, _ arguments: String, more: String = ""
    ) -> String {
        """
        {"type": "action", "name": "\(name)"\(more),
         "provider": {"type": "process", "path": "\(path)", "arguments": \(arguments)}}
        """
    }

    static func text(
        gate: String? = SmallExperiment.gate, method: [String], rollbacks: [String] = [],
        more: String = ""
    ) -> String {
        let hypothesis = gate.map { probe in
            """
            "steady-state-hypothesis": {"title": "The service is fine", "probes": [\(probe)]},
            """
        }
        return """
            {"title": "A small experiment", "description": "For one claim.",
             "configuration": {"service_url": {"type": "env", "key": "SERVICE_URL"}},
             \(hypothesis ?? "") \(more)
             "method": [\(method.joined(separator: ", "))],
             "rollbacks": [\(rollbacks.joined(separator: ", "))]}
            """
    }
}
