internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// One run of a program, all of it known: no shell, no variables but those given, and a process
/// group of its own, which is killed as a whole when the task is cancelled.
struct ProgramRun: Sendable {
    let path: String
    var arguments: [String]
    let environment: [String: String]
    let input: String?

    /// - Returns: what it printed, however it exited.
    /// - Throws: `OutsideError` if it cannot be started, is ended by a signal or prints too much.
    func run(_ watch: OutsideCaller.ProcessWatch) async throws -> OutsideResult {
        _ = Self.outlivesClosedPipes
        do {
            let result = try await start(watch)
            await watch.tell(nil)
            return result
        } catch let error as SubprocessError {
            await watch.tell(nil)
            try Task.checkCancellation()
            let isTooMuch = error.code == .outputLimitExceeded
            throw isTooMuch
                ? OutsideError(.unexpected, "it printed more than 1 MiB")
                : OutsideError(.failed, "it cannot be run: \(error)")
        } catch {
            await watch.tell(nil)
            throw error
        }
    }

    private func start(_ watch: OutsideCaller.ProcessWatch) async throws -> OutsideResult {
        let isLaunched = !watch.launcher.isEmpty
        let command = isLaunched ? watch.launcher : [path] + arguments
        let launch = ProgramLaunch(path: path, arguments: arguments)
        let line = try isLaunched ? launch.line() : []
        let given = line + Array((input ?? "").utf8)
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(variables), platformOptions: Self.ownGroup, input: .inputWriter,
            output: .bytes(limit: OutsideCaller.maximumBytes),
            error: .bytes(limit: OutsideCaller.maximumBytes)
        ) { execution in
            await watch.tell(execution.processIdentifier.value)
            // Whoever does not read it goes without.
            if !given.isEmpty { _ = try? await execution.standardInputWriter.write(given) }
            try? await execution.standardInputWriter.finish()
        }
        try Task.checkCancellation()
        guard case .exited(let status) = result.terminationStatus else {
            throw OutsideError(.failed, "it was ended by a signal: \(result.terminationStatus)")
        }
        return OutsideResult(
            status: Int(status), body: result.standardOutput, errors: result.standardError)
    }

    private var variables: [Environment.Key: String] {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return variables
    }

    /// All that a program has started ends with it when it is given up.
    private static var ownGroup: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
        ]
        return options
    }

    /// A program may close its standard input before all is written.
    static let outlivesClosedPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}
