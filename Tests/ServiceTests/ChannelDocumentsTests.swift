import Foundation
import Testing

@testable import Service

/// The files of channels that the documents show are files of channels.
struct ChannelDocumentsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: ["README.md", "Sources/Service/Service.docc/Alerts.md"])
    func whatADocumentShowsIsAccepted(_ document: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
        let blocks = text.components(separatedBy: "```json\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let file = try #require(blocks.first { $0.hasPrefix("{\"channels\"") })
        let channels = try ChannelFile.read(Array(file.utf8), file: document)
        #expect(channels.map(\.name) == ["on call", "chat", "records"])
        #expect(channels.map(\.format) == [.pagerduty, .slack, .plain])
        #expect(channels.last?.secret?.count == 32)
    }
}
