import ArgumentParser
import EventLog
import Foundation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record, hash, index and checkpoint of the log.",
        discussion: """
            The check runs in a child process, since a damaged file can crash whoever reads it. A \
            child that crashes, or makes no progress for 30 seconds, is a finding too.

            With --against, --key and --witness the log is checked by what you kept or got \
            elsewhere, and not by what its owner says of himself. Events that are in an archive \
            are checked by their hashes alone, and with --archive by themselves too.
            """)

    @OptionGroup var trust: TrustOptions

    @Option(help: "The archive with what left the log: \(ArchiveArgument.help).")
    var archive: ArchiveArgument?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    @Flag(help: .hidden)
    var inChild = false

    func run() async throws {
        do {
            // What has no log, or cannot be checked as asked, needs no child.
            try requireLog()
            let trust = try trust.values()
            if inChild { try await verify(by: trust) } else { try await verifyInChild() }
        } catch {
            throw explained(error)
        }
    }

    private func requireLog() throws {
        do {
            try data.directory.requireLog()
        } catch {
            // Damage is a finding, which is told with all others.
            if error.code != .damaged { throw error }
        }
    }

    // MARK: In the child

    private func verify(by trust: SealCheck.Trust) async throws {
        CrashNotice.remove()
        let parent = ParentLine()
        let hasKeys = FileManager.default.fileExists(atPath: data.directory.keys)
        var pages: PageReport?
        let (reader, report): (EventReader, VerificationReport)
        do {
            if hasKeys { pages = try walkPages(parent) }
            (reader, report) = try check(after: pages, by: trust, parent)
        } catch {
            // What cannot even be read, where a log of ours was, is not intact. Damage can make a
            // log look empty, too.
            let isNoFinding = (error as? EventLogError)?.isNoFinding ?? (error is ExitCode)
            if (isNoFinding || !hasKeys) && pages?.isClean != false { throw error }
            if !(error is ExitCode) { parent.say(.problem(reason(for: error))) }
            throw ExitCode.notIntact
        }
        // That an archive cannot be reached says nothing of what is in it.
        let archive = try await checkArchive(reader, parent)
        let result = VerificationResult(
            logID: reader.logID, report: report, archive: archive,
            outsideRefusal: refusal(of: data.directory.outside(logID: reader.logID)))
        if json {
            try tell(VerificationJSON(result: result).text)
        } else {
            let text = VerificationText(result: result, told: pages?.problems.count ?? 0)
            try tell(text.lines.joined(separator: "\n"))
        }
        if !result.isClean { throw ExitCode.notIntact }
    }

    /// Without LMDB, which may crash on what this finds: so it is told at once.
    private func walkPages(_ parent: ParentLine) throws -> PageReport {
        let pages = try PageWalker(data.directory).walk { parent.progress(.pages) }
        for problem in pages.problems { parent.say(.problem(problem)) }
        return pages
    }

    private func check(
        after pages: PageReport?, by trust: SealCheck.Trust, _ parent: ParentLine
    ) throws -> (EventReader, VerificationReport) {
        let reader = try EventReader(data.directory, checkingHeads: false)
        let outside = data.directory.outside(logID: reader.logID)
        try requireKey(outside)
        let verifier = LogVerifier(reader, outside: outside, pages: pages, trust: trust)
        return (reader, try verifier.verify { parent.progress(.events($0, of: $1)) })
    }

    /// - Throws: exit code 64 if there is a public key, but none that may be read.
    private func requireKey(_ outside: OutsideCheckpoints?) throws {
        if trust.key != nil { return }
        let kept = outside.map { "\($0.directory)/checkpoint.pub" }
        if let kept, access(kept, R_OK) == 0 { return }
        let file = "\(data.directory.keys)/checkpoint.pub"
        guard let refusal = Access.refusal(file) else { return }
        complain("\(file) cannot be read: \(refusal); give the public key with --key")
        throw ExitCode.usage
    }

    private func refusal(of outside: OutsideCheckpoints?) -> String? {
        guard let file = outside.map({ "\($0.directory)/checkpoint" }) else { return nil }
        return Access.refusal(file).map { "\(file) cannot be read: \($0)" }
    }

    private func checkArchive(
        _ reader: EventReader, _ parent: ParentLine
    ) async throws -> ArchiveCheck? {
        guard let archive else { return nil }
        return try await archive.withStore { store in
            let segments = try reader.archivedSegments()
            var check = ArchiveCheck()
            // The way to an archive may be a slow one, and has time limits of its own.
            let sign = Task {
                while !Task.isCancelled {
                    parent.say(.archive)
                    try await Task.sleep(for: .seconds(5))
                }
            }
            defer { sign.cancel() }
            try await check.check(ArchivedEvents(store, segments: segments, reader: reader))
            return check
        }
    }

    // MARK: In the parent

    private func verifyInChild() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        // After the name of the command.
        arguments.insert("--in-child", at: min(1, arguments.count))
        let screen = VerifyScreen(json: json)
        let ending = try await VerifyChild(screen: screen).run(arguments)
        guard let code = ending.code else {
            let crash = "the check did not end by itself: the file is damaged, or the disk hangs"
            complain(crash)
            if json { try? tell(VerificationJSON.text(ofUnfinished: screen.problems + [crash])) }
            throw ExitCode.notIntact
        }
        let isIntact = code == EXIT_SUCCESS
        var output = ending.output
        if json && output.isEmpty && code == ExitCode.notIntact.rawValue {
            output = VerificationJSON.text(ofUnfinished: screen.problems)
        }
        do {
            if !output.isEmpty { try tell(output) }
        } catch {
            // The finding is the exit code, whether it can be printed or not.
            if isIntact { throw error }
        }
        if !isIntact { throw ExitCode(code) }
    }
}

/// What the child found.
struct VerificationResult {
    let logID: String
    let report: VerificationReport
    /// `nil` if no archive was given.
    let archive: ArchiveCheck?
    /// Why the checkpoint outside was not looked at, if it may not be.
    let outsideRefusal: String?

    var isClean: Bool { report.isClean && archive?.isClean != false }
}

extension EventLogError {
    /// It says nothing of what is stored.
    fileprivate var isNoFinding: Bool {
        switch code {
        case .noLog, .unsafeLocation, .busy, .readOnly, .writeFailed: true
        default: false
        }
    }
}
