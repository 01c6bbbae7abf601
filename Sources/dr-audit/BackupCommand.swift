import ArgumentParser
import DRTesting
import EventLog
import Wire

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the log and its keys to an empty folder, and check the copy.",
        discussion: """
            The log may be in use meanwhile. The copy is a data directory of its own: the root is \
            computed again from its events and compared. It holds the signing key, so keep it \
            where the key may be. To go on with an older copy, put it in the place of the data \
            directory and run 'dr-audit reopen'.
            """)

    @Argument(help: "The folder for the copy: not there yet, or empty.", completion: .directory)
    var folder: String

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func validate() throws {
        if folder.isEmpty { throw ValidationError("The folder for the copy has no name") }
    }

    func run() throws {
        let bar = ProgressBar()
        do {
            // Also a log that was tampered with is worth a copy; it says so itself.
            let reader = try EventReader(data.directory, checkingHeads: false)
            let total = try reader.head().position
            bar.show("copying")
            let report = try reader.backup(to: folder) { bar.show($0, of: total) }
            bar.clear()
            try tell(json ? Self.document(report) : Self.text(report))
        } catch {
            bar.clear()
            throw explained(error)
        }
    }

    private static func text(_ report: BackupReport) -> String {
        """
        \(report.path.printable())
        \(report.size.counted("event")), read again from the copy
        root \(report.root)
        """
    }

    private static func document(_ report: BackupReport) -> String {
        var json = JSONWriter()
        json.object { json in
            json.name("path")
            json.string(report.path)
            json.name("events")
            json.integer(report.size)
            json.name("root")
            json.string("\(report.root)")
            json.name("bytes")
            json.integer(report.byteCount)
        }
        return json.text
    }
}
