import EventLog
import Foundation

extension LogAppender {
    /// Checks the whole log, and that every event that was acknowledged stands where it was said to
    /// stand, and once.
    ///
    /// - Returns: the exit code: 0 if all is as it must be, 3 if not, 4 if there is no log and
    ///   nothing was acknowledged.
    static func check(_ arguments: inout Arguments) -> Int32 {
        let directory = DataDirectory(arguments.next("DATA"))
        let acked = arguments.next("ACKED")
        do {
            let promised = try Promise.read(from: acked)
            guard let reader = try open(directory, mayBeMissing: promised.isEmpty) else { return 4 }
            var findings = try problems(reader, outside: arguments.text("--outside"))
            findings += try broken(promised, in: reader)
            for finding in findings { print("FOUND:", finding) }
            print("checked", try reader.head().position, "events,", promised.count, "acknowledged")
            return findings.isEmpty ? 0 : 3
        } catch {
            print("FOUND:", error)
            return 3
        }
    }

    private static func open(
        _ directory: DataDirectory, mayBeMissing: Bool
    ) throws -> EventReader? {
        do {
            return try EventReader(directory)
        } catch let error as EventLogError where mayBeMissing && error.code == .noLog {
            print("no log:", error)
            return nil
        }
    }

    private static func problems(_ reader: EventReader, outside: String?) throws -> [String] {
        let folder = outside.map { OutsideCheckpoints(directory: "\($0)/\(reader.logID)") }
        let verifier = LogVerifier(reader, outside: folder)
        return try verifier.verify().problems.map { problem in
            (problem.position.map { "position \($0): " } ?? "") + problem.message
        }
    }

    private static func broken(_ promised: [Promise], in reader: EventReader) throws -> [String] {
        var positions: [EventID: UInt64] = [:]
        var findings: [String] = []
        var next: UInt64 = 1
        while case let events = try reader.events(from: next), let end = events.last?.position {
            for event in events {
                if let other = positions.updateValue(event.position, forKey: event.record.id) {
                    findings.append("\(event.record.id) is at \(other) and at \(event.position)")
                }
            }
            next = end + 1
        }
        for promise in promised where positions[promise.id] != promise.position {
            let found = positions[promise.id].map { "at \($0)" } ?? "nowhere"
            findings.append("\(promise.id) was promised at \(promise.position), and is \(found)")
        }
        return findings
    }
}

/// An acknowledged event.
private struct Promise {
    let position: UInt64
    let id: EventID

    /// Reads the lines that `append` and `copy` print. The last may not be whole.
    static func read(from path: String) throws -> [Promise] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try lines.filter { $0.hasPrefix("acked ") }.map { line in
            let fields = line.split(separator: " ")
            guard fields.count == 4, let position = UInt64(fields[1]),
                let id = EventID(String(fields[3]))
            else { throw Failure("\(path) has a line '\(line)'") }
            return Promise(position: position, id: id)
        }
    }
}
