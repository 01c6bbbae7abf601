import ArgumentParser
import EventLog
import Foundation

/// Measures one thing of the event log, and prints it as one JSON object. `run.py` beside the C
/// program for raw LMDB calls both in turn and compares them.
@main
struct LogBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-bench", abstract: "Measures the event log.",
        subcommands: [
            AppendCommand.self, SinglesCommand.self, OnceCommand.self, CorpusCommand.self,
            ReplayCommand.self, RebuildCommand.self, VerifyCommand.self, DayCommand.self,
            SeedHistoryCommand.self, RecordReportCommand.self, TickCommand.self,
            SeedReportsCommand.self, RecordDrillsCommand.self,
        ])
}

struct Folder: ParsableArguments {
    @Argument(help: "The data directory.")
    var folder: String

    var directory: DataDirectory { DataDirectory(folder) }
}

/// What was measured.
struct Measure: Encodable {
    var events: UInt64
    var seconds: Double
    /// Of single operations, in milliseconds.
    var p50: Double?
    var p99: Double?
    /// How much of `seconds` the walk over the pages of the file took.
    var pageSeconds: Double?
    /// Memory of the process that belongs to no file, in bytes, at the end.
    var memory = Memory.anonymous

    func print() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

enum Memory {
    static var anonymous: UInt64 {
        guard let file = FileHandle(forReadingAtPath: "/proc/self/status"),
            let bytes = try? file.readToEnd()
        else { return 0 }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("RssAnon:") }
        let number = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        return (number ?? 0) * 1024
    }
}

func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
}
