import Foundation

/// A folder that is removed together with whoever holds it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        // `path` leaves out the slash at the end.
        let parent = FileManager.default.temporaryDirectory.path
        path = "\(parent)/event-log-tests-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("There is no temporary folder: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Every file and folder below a folder, with what is in it; `nil` for a folder.
func contents(ofFolder folder: String) throws -> [String: Data?] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return Dictionary(
        uniqueKeysWithValues: paths.map {
            ($0, FileManager.default.contents(atPath: "\(folder)/\($0)"))
        })
}

func text(ofFile path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
}
