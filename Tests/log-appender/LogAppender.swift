import EventLog
import Foundation

/// Works with the log of a data directory as another process, for tests.
///
///     log-appender append DATA STREAM COUNT [--batch N] [--size BYTES] [--jumps SEED]
///     log-appender copy SOURCE DATA [--limit EVENTS]
///     log-appender follow DATA COUNT
///     log-appender play DATA COUNT [--players N] [--seed SEED] [--jumps SEED]
///     log-appender drills DATA WEEKS [--until MICROSECONDS]
///     log-appender check DATA ACKED [--outside FOLDER]
///
/// `append` and `copy` print `acked POSITION MICROSECONDS ID` for each event at once when it is
/// acknowledged: whoever reads that, or a trace of it, knows what may never be lost. What fails is
/// tried again, `--attempts` times, with a line `failed: …` to standard error each time, and one
/// `unreadable: …` if then the log cannot be read either. With `--outside FOLDER` they sign a
/// checkpoint after every `--every` appends. `play` appends what chance asks for, and prints what
/// became of each append: `asked STREAM EXPECTED ID,ID… kept POSITION REVISION COUNT`, or
/// `… refused WHY`. `drills` writes what runners and people would have in so many weeks, and prints
/// `drills EVENTS`.
@main
struct LogAppender {
    static func main() async {
        var arguments = Arguments(CommandLine.arguments.dropFirst())
        print("pid", ProcessInfo.processInfo.processIdentifier)
        fflush(nil)
        do {
            switch arguments.next("a command") {
            case "append": try await append(&arguments)
            case "copy": try await copy(&arguments)
            case "follow": try await follow(&arguments)
            case "play": try await play(&arguments)
            case "drills": try await drills(&arguments)
            case "check": exit(check(&arguments))
            case let command: fatalError("\(command) is no command")
            }
        } catch {
            complain("ended: \(error)")
            exit(1)
        }
    }

    private static func append(_ arguments: inout Arguments) async throws {
        let directory = DataDirectory(arguments.next("DATA"))
        let stream = arguments.next("STREAM")
        let count = arguments.nextNumber("COUNT")
        let batch = arguments.number("--batch", else: 1)
        let size = arguments.number("--size", else: 0)
        let clock = arguments.text("--jumps").map { JumpingClock(seed: UInt64($0) ?? 0).log }
        let appender = try await Appender(directory, clock: clock ?? .system, arguments)
        var revision = try appender.store.reader.revision(ofStream: stream)
        for number in 0..<count {
            let text = "event \(number) of \(stream)"
            let payload = Array(text.utf8) + [UInt8](repeating: 0x2e, count: size)
            let events = (0..<batch).map { _ in Appender.event(payload: payload) }
            try await appender.append(events, to: stream, after: revision)
            revision += UInt64(batch)
        }
    }

    /// Appends the events of another log, in the same order and the same appends, except what the
    /// other log said of itself.
    private static func copy(_ arguments: inout Arguments) async throws {
        let source = try EventReader(DataDirectory(arguments.next("SOURCE")))
        let directory = DataDirectory(arguments.next("DATA"))
        let last = UInt64(arguments.number("--limit", else: .max))
        let appender = try await Appender(directory, clock: .system, arguments)
        var names: [UInt64: String] = [:]
        var pending: [NewEvent] = []
        var next: UInt64 = 1
        while case let events = try source.events(from: next), let end = events.last?.position {
            for record in events.prefix(while: { $0.position <= last }).map(\.record) {
                if record.revision == 1 { names[record.stream] = record.streamName }
                guard let name = names[record.stream], name != "log" else { continue }
                pending.append(
                    NewEvent(
                        id: record.id, number: record.number, payload: record.payload,
                        isOnce: record.isOnce))
                if record.following > 0 { continue }
                let revision = record.revision - UInt64(pending.count)
                try await appender.append(pending, to: name, after: revision)
                pending = []
            }
            if end >= last { return }
            next = end + 1
        }
    }

    /// Reads what others append, and prints a digest of the ids of the first so many events.
    private static func follow(_ arguments: inout Arguments) async throws {
        let directory = DataDirectory(arguments.next("DATA"))
        let count = UInt64(arguments.nextNumber("COUNT"))
        let reader = try await retrying(attempts: 500) { try EventReader(directory) }
        // FNV-1a.
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        var next: UInt64 = 1
        while next <= count {
            let events = try reader.events(from: next)
            for event in events.prefix(while: { $0.position <= count }) {
                if event.position != next { throw Failure("position \(next) was passed over") }
                for byte in event.record.id.bytes {
                    digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3
                }
                next += 1
            }
            if events.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        }
        print("followed", count, digest)
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
