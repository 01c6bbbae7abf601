internal import DRTesting
internal import EventLog
internal import FoundationEssentials
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Makes a PDF of the page of a report, by WeasyPrint in a process of its own.
///
/// It declares PDF/A-3a: tagged, with its language, its fonts and the attached files inside. No
/// validator runs here, so whether a file keeps all of that standard is not known.
public enum PDFWriter {
    /// More than any report has.
    private static let maximumOutput = 256 << 20
    private static let maximumComplaint = 1 << 20
    /// All that the program is told of the environment: neither keys nor passwords are among it.
    private static let variables = [
        "PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME", "PYTHONPATH", "PYTHONUSERBASE",
    ]

    /// What a report says of its edition as PDF.
    ///
    /// - Parameter files: that are attached.
    static func declaration(inside files: String) -> String {
        "the PDF edition declares PDF/A-3a, with \(files) inside. No validator was run on it: that "
            + "it keeps the standard is not validated"
    }

    /// The same page, attachments, version of WeasyPrint and fonts give the same bytes.
    ///
    /// Nothing is fetched, whatever the page says: neither from a network nor from a disk. If the
    /// task is cancelled, the process and all that it has started are ended at once.
    ///
    /// - Parameters:
    ///   - html: one page that needs nothing else.
    ///   - attachments: files to put inside.
    ///   - documentID: of the report.
    ///   - generatedAt: microseconds since 1970: the date of the document and of the attachments.
    ///   - program: the path of the program, or its name on the `PATH`; `nil`: what `DR_WEASYPRINT`
    ///     says, else `weasyprint`.
    ///   - limit: it is ended after so long.
    /// - Throws: `PDFError`, or `CancellationError`.
    public static func write(
        html: String, attachments: [RenderedFile], documentID: String, generatedAt: UInt64,
        program: String? = nil, limit: Duration = .seconds(600)
    ) async throws -> [UInt8] {
        let source = try PDFSource(
            html: html, attachments: attachments, documentID: documentID, generatedAt: generatedAt)
        let program = program ?? variable("DR_WEASYPRINT") ?? "weasyprint"
        let folder = try PDFFolder()
        defer { folder.remove() }
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await make(source, by: program, in: folder) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw PDFError(
                    .timedOut,
                    "WeasyPrint was ended: it had made no PDF after \(limit.words). A report of a "
                        + "shorter period takes less; all other formats take no time.")
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next() else { throw CancellationError() }
            return bytes
        }
    }

    private static func make(
        _ source: PDFSource, by program: String, in folder: PDFFolder
    ) async throws -> [UInt8] {
        let files = try source.attachments.map { file in
            try folder.write(file.bytes, to: "files/" + file.name)
        }
        let page = try folder.open(folder.write(Array(source.html.utf8), to: "report.html"))
        defer { try? page.close() }
        let output = folder.path + "/report.pdf"
        let complaint = try await run(
            program, arguments(source, files, to: output), reading: page, time: source.time,
            folder)
        guard let bytes = FileManager.default.contents(atPath: output), !bytes.isEmpty else {
            throw PDFError(.failed, "WeasyPrint wrote no PDF\(said(complaint))")
        }
        guard bytes.count <= maximumOutput else {
            throw PDFError(.failed, "The PDF has more than \(maximumOutput >> 20) MiB.")
        }
        return source.settled(Array(bytes))
    }

    /// Without a base nothing is relative to anything, and no protocol but `data` is allowed.
    ///
    /// - Parameter files: the paths of the attachments, in their order.
    private static func arguments(
        _ source: PDFSource, _ files: [String], to output: String
    ) -> [String] {
        var arguments = [
            "--quiet", "--encoding=utf-8", "--base-url=", "--allowed-protocols=data",
            "--pdf-variant=pdf/a-3a", "--pdf-identifier=\(source.identifier)",
        ]
        for (attachment, file) in zip(source.attachments, files) {
            arguments.append("--attachment=\(file)")
            arguments.append("--attachment-relationship=\(relationship(of: attachment.format))")
        }
        return arguments + ["-", output]
    }

    /// What the attached file is to the document.
    private static func relationship(of format: ReportFormat) -> String {
        switch format {
        case .html, .markdown, .pdf: "Alternative"
        case .csv, .json, .junit, .oscal: "Data"
        }
    }

    /// - Returns: what it complained, though it came to its end.
    private static func run(
        _ program: String, _ arguments: [String], reading page: FileDescriptor, time: UInt64,
        _ folder: PDFFolder
    ) async throws -> String {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
        ]
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(arguments), environment: environment(time, folder),
                platformOptions: options,
                input: .fileDescriptor(page, closeAfterSpawningProcess: false),
                output: .discarded, error: .string(limit: maximumComplaint))
            try Task.checkCancellation()
            if result.terminationStatus == .exited(0) { return result.standardError }
            throw failure(result.terminationStatus, result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            if error.code == .executableNotFound {
                throw PDFError.missing("There is no program '\(program.printable())'")
            }
            throw PDFError(
                .failed, "WeasyPrint ('\(program.printable())') cannot be run: \(error)")
        }
    }

    private static func environment(_ time: UInt64, _ folder: PDFFolder) -> Environment {
        var values: [Environment.Key: String] = [
            "LANG": "C.UTF-8", "TZ": "UTC", "TMPDIR": folder.path,
            // Fonts inside carry a date too, and sets of Python have an order by chance.
            "SOURCE_DATE_EPOCH": "\(time)", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
        ]
        for name in variables {
            guard let value = variable(name), let key = Environment.Key(rawValue: name) else {
                continue
            }
            values[key] = value
        }
        return .custom(values)
    }

    private static func failure(_ status: TerminationStatus, _ complaint: String) -> PDFError {
        // Python's word for a library that the system does not have, or of another machine.
        if complaint.contains("cannot load library") {
            return .missing("WeasyPrint lacks a library of the system\(said(complaint))")
        }
        if complaint.contains("No module named") {
            return .missing("WeasyPrint is not installed as a whole\(said(complaint))")
        }
        let end =
            switch status {
            case .exited(let code): "exit code \(code)"
            case .signaled(let number): "ended by signal \(number)"
            }
        return PDFError(
            .failed, "WeasyPrint made no PDF (\(end)). It must be version 70\(said(complaint))")
    }

    /// The last line, where Python says what was wrong.
    private static func said(_ complaint: String) -> String {
        let line = complaint.split(whereSeparator: \.isNewline).last
        return line.map { ": \($0.prefix(300).printable())" } ?? ""
    }

    /// - Returns: `nil` also if it is empty.
    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else {
            return nil
        }
        return value
    }
}

/// A folder of this process's own for one PDF, which nobody else may read.
private struct PDFFolder: Sendable {
    let path: String

    init() throws(PDFError) {
        let parent = PrivateFolder.parent
        // The attachments are apart from the page: one of them may have its name.
        guard let path = PrivateFolder.make("dr-pdf", in: parent),
            mkdir(path + "/files", 0o700) == 0
        else {
            throw PDFError(
                .failed, "No folder for a PDF can be made in \(parent.printable()); set TMPDIR.")
        }
        self.path = path
    }

    /// - Returns: the path of the file.
    func write(_ bytes: [UInt8], to name: String) throws(PDFError) -> String {
        let file = "\(path)/\(name)"
        do {
            let descriptor = try FileDescriptor.open(
                FilePath(file), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite)
            try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
            return file
        } catch {
            throw PDFError(
                .failed, "'\(name.printable())' cannot be written for the PDF: \(error)")
        }
    }

    func open(_ file: String) throws(PDFError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(FilePath(file), .readOnly, options: .closeOnExec)
        } catch {
            throw PDFError(.failed, "The page of the PDF cannot be read: \(error)")
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
