import Foundation
import Testing

@testable import Reporting

/// What becomes of the program that makes PDF, here played by small scripts.
struct PDFWriterTests {
    private static let page = "<!doctype html><html><head></head><body>a</body></html>"
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "pdf-writer-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// - Parameter body: of a script of the shell, in which `$output` is the file to write.
    private func program(_ body: String) throws -> String {
        let path = folder.appending(path: "weasyprint-\(UUID().uuidString)").path()
        let text = "#!/bin/sh\nfor output; do :; done\n\(body)\n"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    private func write(
        by program: String, _ attachments: [RenderedFile] = [], limit: Duration = .seconds(60)
    ) async throws -> String {
        let bytes = try await PDFWriter.write(
            html: Self.page, attachments: attachments, documentID: "DR-1",
            generatedAt: 1_795_422_605_000_000, program: program, limit: limit)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func error(
        by program: String, limit: Duration = .seconds(60)
    ) async throws -> PDFError {
        try await #require(throws: PDFError.self) {
            _ = try await write(by: program, limit: limit)
        }
    }

    private func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    @Test func itReadsThePageAndWritesTheFile() async throws {
        defer { removeFolder() }
        #expect(try await write(by: program("cat > \"$output\"")).contains("<body>a</body>"))
    }

    @Test func itIsToldToFetchNothing() async throws {
        defer { removeFolder() }
        let files = [
            RenderedFile(name: "b.oscal.json", format: .oscal, bytes: Array("{}".utf8)),
            RenderedFile(name: "a.csv", format: .csv, bytes: Array("a".utf8)),
        ]
        let script = try program("printf '%s\\n' \"$@\" > \"$output\"")
        let arguments = try await write(by: script, files).split(separator: "\n").map(String.init)
        #expect(arguments.contains("--allowed-protocols=data"))
        #expect(arguments.contains("--base-url="))
        #expect(arguments.contains("--pdf-variant=pdf/a-3a"))
        let attached = arguments.filter { $0.hasPrefix("--attachment=") }
        #expect(attached.map { $0.split(separator: "/").last } == ["a.csv", "b.oscal.json"])
        #expect(arguments.filter { $0 == "--attachment-relationship=Data" }.count == 2)
    }

    @Test func itSeesNoSecretOfTheEnvironment() async throws {
        defer { removeFolder() }
        let script = try program("env > \"$output\"")
        let names = try await write(by: script).split(separator: "\n").compactMap { line in
            line.split(separator: "=", maxSplits: 1).first.map(String.init)
        }
        let known: Set<String> = [
            "PATH", "HOME", "LANG", "TZ", "TMPDIR", "SOURCE_DATE_EPOCH", "LD_LIBRARY_PATH",
            // A shell adds these by itself.
            "PWD", "OLDPWD", "SHLVL", "_",
        ]
        let strangers = names.filter { name in
            !known.contains(name) && !name.hasPrefix("PYTHON") && !name.hasPrefix("XDG_")
                && !name.hasPrefix("FONTCONFIG_")
        }
        #expect(strangers == [])
        #expect(names.contains("SOURCE_DATE_EPOCH"))
    }

    @Test(arguments: ["/nowhere/weasyprint", "weasyprint-that-nobody-has"])
    func aMissingProgramSaysWhatToInstall(_ name: String) async throws {
        defer { removeFolder() }
        let error = try await error(by: name)
        #expect(error.code == .notInstalled)
        #expect(error.message.contains("'\(name)'"))
        #expect(error.message.contains("pip install weasyprint==70.0"))
        #expect(error.message.contains("All other formats work without it."))
    }

    @Test func aMissingLibraryOfTheSystemIsToldToo() async throws {
        defer { removeFolder() }
        let line = "OSError: cannot load library 'libpango-1.0-0': cannot open shared object file"
        let script = try program("echo 'Traceback:' >&2; echo \"\(line)\" >&2; exit 1")
        let error = try await error(by: script)
        #expect(error.code == .notInstalled)
        #expect(error.message.contains(line))
    }

    @Test func whatItComplainsIsToldInOneHarmlessLine() async throws {
        defer { removeFolder() }
        let script = try program("printf 'first\\nerror: \\033[31mbad argument\\n' >&2; exit 2")
        let error = try await error(by: script)
        #expect(error.code == .failed)
        #expect(error.message.hasSuffix("It must be version 70: error: \\u{1b}[31mbad argument"))
        #expect(!error.message.contains("first"))
    }

    @Test func noFileIsNoPDF() async throws {
        defer { removeFolder() }
        #expect(try await error(by: program("exit 0")).code == .failed)
        #expect(try await error(by: program(": > \"$output\"")).code == .failed)
    }

    @Test func whoIsTooSlowIsEnded() async throws {
        defer { removeFolder() }
        let start = ContinuousClock.now
        let error = try await error(by: program("sleep 300"), limit: .milliseconds(300))
        #expect(error.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func aCancelledReportEndsTheProgramAndWhatItStarted() async throws {
        defer { removeFolder() }
        let number = folder.appending(path: "number").path()
        let script = try program(
            "sleep 300 & echo $! > '\(number).new'; mv '\(number).new' '\(number)'; wait")
        let task = Task { try await write(by: script) }
        while !FileManager.default.fileExists(atPath: number) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let text = try String(contentsOfFile: number, encoding: .utf8)
        let process = try #require(pid_t(text.filter(\.isNumber)))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Its end is seen a little later by whoever inherits it.
        var isGone = false
        for _ in 0..<500 where !isGone {
            isGone = kill(process, 0) != 0 || Self.isZombie(process)
            if !isGone { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(isGone)
    }

    /// Ended, and waited for by nobody yet.
    private static func isZombie(_ process: pid_t) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        return status?.contains(") Z ") ?? true
    }

    @Test func nothingIsLeftBehind() async throws {
        defer { removeFolder() }
        let script = try program("echo \"$output\" > \"$output\"")
        let output = try await write(by: script).trimmingCharacters(in: .newlines)
        #expect(output.hasSuffix("/report.pdf"))
        #expect(!FileManager.default.fileExists(atPath: output))
        let parent = URL(filePath: output).deletingLastPathComponent()
        #expect(!FileManager.default.fileExists(atPath: parent.path()))
    }
}
