import Foundation
import ResilientStorage
import Testing

@testable import Engine

/// What `HTTPTargets.md` shows can be taken from there as it is.
struct HTTPTargetDocumentationTests {
    private static func example(in language: String) throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/DRTesting/DRTesting.docc/HTTPTargets.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.components(separatedBy: "```\(language)\n")
        let rest = try #require(parts.dropFirst().first)
        return rest.components(separatedBy: "```")[0]
    }

    @Test func theTargetFileOfThePageIsRead() throws {
        let environment = [
            "INVENTORY_TOKEN": "a", "FAULT_PROXY_TOKEN": "b", "STORAGE_KEY_ID": "c",
            "STORAGE_SECRET": "d",
        ]
        let target = try TargetReader.read(
            try Self.example(in: "yaml"), file: "inventory.yaml", environment: environment)
        #expect(target.name == "inventory")
        #expect(target.kind == .http)
        let service = try #require(target.service)
        #expect(service.put.served == [200, 201, 204])
        #expect(service.put.deferred == [202])
        #expect(service.delete.refused == [429, 503])
        #expect(service.readings.breaker?.states["half-open"] == .halfOpen)
        #expect(service.readings.health?.states["down"] == .unhealthy)
        #expect(service.noticePort == 9099)
        #expect(target.serviceStorages?.primary.proxy == "storage")
        #expect(Set(target.hooks.keys) == [.backup, .restore])
    }

    @Test func theNoticeOfThePageIsANotice() throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let text = try Self.example(in: "json")
        let notice = try decoder.decode(Notice.self, from: Data(text.utf8))
        #expect(notice.incident == "outage-17")
        #expect(notice.kind == .degraded)
    }
}
