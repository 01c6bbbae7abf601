import DRTesting
import EventLog
import Hummingbird
import HummingbirdTesting
import Projections
import Service

@testable import HTTPAPI

extension AccessFixture {
    /// The parts of a server that runs nothing.
    func parts() throws -> APIParts {
        APIParts(
            store: store, views: try ViewStore(store.reader),
            catalog: Catalog(store, clock: clock.log), runs: NoRuns(), scenarioCheck: NoRuns(),
            zones: ZoneFiles(), access: access, settings: settings, clock: clock.log)
    }

    /// Tests the API with all its routes, which are the real ones.
    func testWhole<Value: Sendable>(
        _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await Application(router: APIRouter.make(try parts())).test(.router, body)
    }
}

/// Runs nothing, and has nothing under way.
struct NoRuns: RunStarting, ScenarioChecking {
    func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun { throw .disabled }

    func cancel(_ id: UInt64, by: String, reason: String) async throws {
        throw CancelRefusal.unknownTest(id)
    }

    func cancelAll(by: String, reason: String) async throws -> Int { 0 }

    func check(_ text: String) async throws(ScenarioRefusal) -> ScenarioDefinition {
        throw .notAllowed("nothing is checked here")
    }
}
