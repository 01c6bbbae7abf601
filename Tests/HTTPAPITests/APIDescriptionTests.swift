import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Projections
import Service
import Testing
import Wire

@testable import HTTPAPI

/// The description says what is served: nothing else, and nothing less.
struct APIDescriptionTests {
    private static let document = APIDescription.whole.document

    @Test func theDescriptionNamesExactlyTheRoutesThatAreServed() async throws {
        let router = APIRouter.make(try await DescribedParts().parts)
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

    @Test func theDescriptionIsServedToEverybody() async throws {
        let router = APIRouter.make(try await DescribedParts().parts)
        let answer = try await Application(router: router).test(.router) { client in
            try await client.send(.get, "/openapi.json")
        }
        #expect(answer.status == .ok)
        #expect(Array(answer.text.utf8) == Self.document)
    }
}

/// The parts of a server that runs nothing.
private struct DescribedParts {
    let parts: APIParts
    private let access: AccessFixture

    init() async throws {
        access = try await AccessFixture()
        parts = APIParts(
            store: access.store, views: try ViewStore(access.store.reader),
            catalog: Catalog(access.store), runs: NoRuns(), scenarioCheck: NoScenarioCheck(),
            zones: ZoneFiles(), access: access.access, settings: access.settings)
    }
}

private struct NoRuns: RunStarting {
    func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun { throw .disabled }

    func cancel(_ id: UInt64, by: String, reason: String) async throws {
        throw CancelRefusal.unknownTest(id)
    }

    func cancelAll(by: String, reason: String) async throws -> Int { 0 }
}

private struct NoScenarioCheck: ScenarioChecking {
    func check(_ text: String) async throws(ScenarioRefusal) -> ScenarioDefinition {
        throw .notAllowed("nothing is checked here")
    }
}
