import Foundation
import Synchronization
import Testing

/// A folder that is removed together with whoever holds it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        // `path` leaves out the slash at the end.
        let parent = FileManager.default.temporaryDirectory.path
        path = "\(parent)/engine-tests-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("There is no temporary folder: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Notes what happens in other tasks.
final class Inbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Asks again and again whether something holds, and stops the test if it never does.
///
/// - Parameter claim: what should come to hold.
func eventually(
    _ claim: Comment, within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    let holds = try await condition()
    try #require(holds, claim, sourceLocation: sourceLocation)
}
