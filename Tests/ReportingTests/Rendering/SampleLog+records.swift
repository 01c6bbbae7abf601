import EventLog

@testable import Reporting

extension SampleLog {
    /// All runs that are in the log, each with everything that was recorded of it.
    func records() throws -> [RunRecord] {
        let reader = try reader()
        let head = try reader.head().position
        return try (1...max(head, 1)).compactMap { position in
            try RunRecord.test(position, upTo: head, reader)
        }
    }
}
