import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import Wire

@testable import HTTPAPI

/// The description says what is served: nothing else, and nothing less.
struct APIDescriptionTests {
    private static let document = APIDescription.whole.document

    @Test func theDescriptionNamesExactlyTheRoutesThatAreServed() async throws {
        let router = APIRouter.make(try await AccessFixture().parts())
        let served = Set(router.routes.map { "\($0.method.rawValue) \($0.path)" })
        let described = APIDescription.whole.operations.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(described) == served)
        #expect(Set(described).count == described.count)
    }

    @Test func theTableOpensExactlyWhatIsDescribedAndThePages() {
        let pages: Set = ["GET /signin", "GET /assets/{name}"]
        let opened = AccessTable.rules.filter { !$0.isPage }
            .map { "\($0.method.rawValue) \($0.path)" }
        let described = APIDescription.whole.operations.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(opened).subtracting(pages) == Set(described))
    }

    @Test func everyOperationIsDescribedWholly() throws {
        let operations = APIDescription.whole.operations
        #expect(Set(operations.map(\.id)).count == operations.count)
        for operation in operations {
            let inPath = operation.path.split(separator: "/").filter { $0.first == "{" }
                .map { String($0.dropFirst().dropLast()) }
            let described = operation.parameters.filter { $0.place == .path }.map(\.name)
            #expect(inPath == described, "\(operation.id)")
            #expect(operation.answers.contains { (200..<300).contains($0.status) })
            let isOpen = operation.rule?.audience == .everybody
            let isRefused = operation.answers.contains { $0.status == 403 }
            // Who signs in from the page of somebody else is refused too.
            #expect(isOpen != isRefused || operation.id == "sign_in", "\(operation.id)")
        }
    }

    @Test func everySchemaThatIsNamedIsThere() throws {
        let document = try JSONValue(json: Self.document)
        let schemas = try #require(document["components"]?["schemas"]?.objectValue)
        let text = String(decoding: Self.document, as: UTF8.self)
        let names = Set(
            text.components(separatedBy: "#/components/schemas/").dropFirst().map { part in
                String(part.prefix { $0 != "\"" })
            })
        #expect(names.isSubset(of: Set(schemas.keys)))
        #expect(document["openapi"]?.stringValue == "3.1.0")
    }

    @Test func headersThatClientsActOnAreDescribed() throws {
        let paths = try JSONValue(json: Self.document)["paths"]
        let answers = paths?["/api/testing/excuses/{id}"]?["put"]?["responses"]
        #expect(answers?["200"]?["headers"]?["ETag"] != nil)
        #expect(answers?["429"]?["headers"]?["Retry-After"] != nil)
        #expect(answers?["404"] != nil && answers?["404"]?["headers"] == nil)
    }

    @Test func theDescriptionIsServedToEverybody() async throws {
        let answer = try await AccessFixture().testWhole { client in
            try await client.send(.get, "/openapi.json")
        }
        #expect(answer.status == .ok)
        #expect(Array(answer.text.utf8) == Self.document)
    }
}
