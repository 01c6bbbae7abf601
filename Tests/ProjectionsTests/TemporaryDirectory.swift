import Foundation

/// A folder that is removed together with whoever holds it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        // `path` leaves out the slash at the end.
        let parent = FileManager.default.temporaryDirectory.path
        path = "\(parent)/projections-tests-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("There is no temporary folder: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
