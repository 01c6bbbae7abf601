import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The programs of this package, as they were built beside these tests.
enum Program: String, CaseIterable, Sendable {
    case runner = "dr-runner"
    case server = "dr-server"
    case audit = "dr-audit"
    case projections = "dr-projections"
    case report = "dr-weekly-report"
    case compliance = "dr-compliance-report"
    case nightly = "dr-nightly"
    case proxy = "fault-proxy"

    var path: String { Self.folder + "/" + rawValue }

    /// The program of the documentation of ResilientStorage, which has nothing to do with drills.
    static let example = folder + "/resilient-storage-example"

    /// Writes and checks logs for tests.
    static let appender = folder + "/log-appender"

    /// Where the running test binary is: programs of another build would be others.
    private static let folder: String = {
        let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let folder = binary.deletingLastPathComponent().path
        let isThere = FileManager.default.isExecutableFile(atPath: folder + "/dr-runner")
        precondition(isThere, "\(folder) has no dr-runner: build the programs first.")
        return folder
    }()
}

/// What a program did, after it ended.
struct Finished: Sendable, CustomStringConvertible {
    let command: String
    /// The exit code; the number of the signal that killed it, made negative.
    let status: Int32
    let output: String
    let complaint: String
    let took: Duration

    var lines: [String] { output.split(separator: "\n").map { String($0) } }

    /// For the messages of failures.
    var description: String {
        "\(command): status \(status) after \(took)\n" + failed + output.suffix(1500)
            + complaint.suffix(1500)
    }

    /// The lines that say what went wrong come first: a report of many failures shows no more.
    private var failed: String {
        output.split(separator: "\n").filter { $0.hasPrefix("✗") || $0.contains("inconclusive") }
            .prefix(6).map { $0 + "\n" }.joined()
    }
}

/// A program under way. Its output goes to files, so that no pipe can fill up.
final class RunningProgram: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    private let command: String
    private let outputFile: String
    private let complaintFile: String
    private let started = ContinuousClock.now
    private let ending = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - environment: all that the program gets.
    ///   - files: where its output goes: this path with `.out` and `.err`.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], files: String
    ) throws {
        let name = URL(filePath: path).lastPathComponent
        command = ([name] + arguments).joined(separator: " ")
        (outputFile, complaintFile) = (files + ".out", files + ".err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, complaintFile, writing, 0o600)
        var attributes = Self.defaultSignals()
        defer { posix_spawnattr_destroy(&attributes) }
        let argumentList = Self.pointers([path] + arguments)
        let environmentList = Self.pointers(environment.map { "\($0.key)=\($0.value)" })
        defer { for pointer in argumentList + environmentList { free(pointer) } }
        var number = pid_t()
        let code = posix_spawn(
            &number, path, &actions, &attributes, argumentList, environmentList)
        guard code == 0 else {
            throw Failure(description: "\(path) cannot be run: \(String(cString: strerror(code)))")
        }
        pid = number
    }

    /// The threads that tests run on block almost all signals, and what they start inherits that.
    private static func defaultSignals() -> posix_spawnattr_t {
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }

    /// As C wants strings: pointers, and `nil` after the last. They are the caller's to free.
    private static func pointers(_ strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var pointers: [UnsafeMutablePointer<CChar>?] = []
        for string in strings { pointers.append(strdup(string)) }
        return pointers + [nil]
    }

    /// A program that a test left running ends with the test.
    deinit {
        if poll() == nil {
            _ = Glibc.kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
    }

    /// The status that `waitpid` gives; `nil` while the program runs.
    private func poll() -> Int32? {
        ending.withLock { known -> Int32? in
            if known != nil { return known }
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid { known = status }
            return known
        }
    }

    var isRunning: Bool { poll() == nil }

    var output: String { Self.text(of: outputFile) }

    /// What it printed so far, to standard output and then to standard error.
    var text: String { output + Self.text(of: complaintFile) }

    private static func text(of file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    /// Until it is waited for, its number belongs to it.
    func send(_ signal: Int32) {
        if isRunning { _ = Glibc.kill(pid, signal) }
    }

    /// Waits until it has printed a line that begins so.
    func wait(forLine start: String, within limit: Duration = .seconds(40)) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let hasEnded = !isRunning
            let isThere = text.split(separator: "\n").contains { $0.hasPrefix(start) }
            if isThere { return }
            if hasEnded || ContinuousClock.now > deadline {
                let why = hasEnded ? "ended before" : "did not print within \(limit)"
                throw Failure(description: "\(command) \(why) '\(start)':\n\(text)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits for its end. What takes longer is killed, and an error.
    @discardableResult
    func finish(within limit: Duration = .seconds(150)) async throws -> Finished {
        let deadline = ContinuousClock.now + limit
        while true {
            if let status = poll() { return finished(status) }
            if ContinuousClock.now > deadline {
                send(SIGKILL)
                while isRunning { try await Task.sleep(for: .milliseconds(5)) }
                throw Failure(description: "\(command) did not end within \(limit):\n\(text)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func finished(_ status: Int32) -> Finished {
        let signal = status & 0x7f
        return Finished(
            command: command, status: signal == 0 ? (status >> 8) & 0xff : -signal, output: output,
            complaint: Self.text(of: complaintFile), took: ContinuousClock.now - started)
    }
}
