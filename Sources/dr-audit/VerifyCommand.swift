import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Subprocess
import Synchronization
import SystemPackage

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record, hash, index and checkpoint of the log.",
        discussion: """
            The check runs in a child process, since a damaged file can crash whoever reads it. A \
            child that crashes, or makes no progress for 30 seconds, is a finding too.
            """)

    /// A child that is silent for so long is stuck.
    private static let patience: Duration = .seconds(30)

    @OptionGroup var data: DataOptions

    @Flag(help: .hidden)
    var inChild = false

    func run() async throws {
        do {
            // What has no log needs no child.
            try data.directory.requireLog()
            if inChild { try verify() } else { try await verifyInChild() }
        } catch {
            throw explained(error)
        }
    }

    // MARK: In the child

    private func verify() throws {
        let hasKeys = FileManager.default.fileExists(atPath: data.directory.keys)
        var pages: PageReport?
        let (report, logID): (VerificationReport, String)
        do {
            if hasKeys { pages = try walkPages() }
            (report, logID) = try check(after: pages)
        } catch {
            // What cannot even be read, where a log of ours was, is not intact. Damage can make a
            // log look empty, too.
            let code = (error as? EventLogError)?.code
            let isElsewhere = code == .noLog || code == .unsafeLocation || !hasKeys
            if isElsewhere && pages?.isClean != false { throw error }
            // Whether it can be printed or not: the exit code is the finding.
            try? tell("NOT INTACT: \(reason(for: error).printable())")
            throw ExitCode.notIntact
        }
        let told = pages?.problems.count ?? 0
        let text = VerificationText(report: report, logID: logID, told: told).lines
            .joined(separator: "\n")
        if report.isClean { return try tell(text) }
        try? tell(text)
        throw ExitCode.notIntact
    }

    /// Without LMDB, which may crash on what this finds: so it is told at once.
    private func walkPages() throws -> PageReport {
        let pages = try PageWalker(data.directory).walk { Self.show(progress: "pages") }
        for problem in pages.problems { try? tell("NOT INTACT: \(problem.printable())") }
        return pages
    }

    private func check(after pages: PageReport?) throws -> (VerificationReport, String) {
        let reader = try data.reader()
        let outside = OutsideCheckpoints.standard(
            logID: reader.logID, environment: ProcessInfo.processInfo.environment)
        var verifier = LogVerifier(reader, outside: outside, pages: pages)
        let report = try verifier.verify { Self.show(progress: "\($0)") }
        return (report, reader.logID)
    }

    private static func show(progress: String) {
        try? FileHandle.standardError.write(contentsOf: Data("progress \(progress)\n".utf8))
    }

    // MARK: In the parent

    private func verifyInChild() async throws {
        let program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        let watchdog = Watchdog(patience: Self.patience)
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: ["verify", "--in-child", "--data", data.directory.path],
            input: .none,
            output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
            error: .sequence
        ) { execution in
            watchdog.watch(execution.processIdentifier.value)
            for try await line in execution.standardError.strings() {
                watchdog.progressed()
                let text = line.filter { !$0.isNewline }
                if !text.hasPrefix("progress ") && !text.isEmpty {
                    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
                }
            }
        }
        switch result.terminationStatus {
        case .exited(let code): if code != 0 { throw ExitCode(code) }
        default:
            complain("the check did not end by itself: the file is damaged, or the disk hangs")
            throw ExitCode.notIntact
        }
    }
}

/// Kills a process that shows no progress for too long.
private final class Watchdog: Sendable {
    private let patience: Duration
    private let lastProgress = Mutex(ContinuousClock.now)
    private let watch = Mutex<Task<Void, any Error>?>(nil)

    init(patience: Duration) { self.patience = patience }

    deinit { watch.withLock { $0?.cancel() } }

    func progressed() { lastProgress.withLock { $0 = .now } }

    func watch(_ process: pid_t) {
        let task = Task { [weak self] in
            while let silence = self?.silence, let patience = self?.patience {
                if silence > patience { kill(process, SIGKILL) }
                try await Task.sleep(for: .seconds(1))
            }
        }
        watch.withLock { $0 = task }
    }

    private var silence: Duration { ContinuousClock.now - lastProgress.withLock { $0 } }
}
