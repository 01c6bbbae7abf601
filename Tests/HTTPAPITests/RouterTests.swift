import HTTPTypes
import Hummingbird
import Testing

@testable import HTTPAPI

/// The routes of the whole API, and the table that says who may use them.
struct RouterTests {
    private static func routes() async throws -> Set<String> {
        let fixture = try await AccessFixture()
        let router = APIRouter.make(try fixture.parts())
        return Set(router.routes.map { "\($0.method.rawValue) \($0.path)" })
    }

    @Test func everyRouteStandsInTheTable() async throws {
        for route in try await Self.routes() {
            let parts = route.split(separator: " ", maxSplits: 1)
            let method = try #require(HTTPRequest.Method(String(parts[0])))
            #expect(AccessTable.rule(for: method, String(parts[1])) != nil, "\(route)")
        }
    }

    @Test func theTableNamesNoRouteOfTheAPIThatIsNotThere() async throws {
        let routes = try await Self.routes()
        let named = AccessTable.rules.filter { $0.path.hasPrefix("/api/") }
            .map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(named).subtracting(routes) == [])
    }
}
