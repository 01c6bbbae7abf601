import Foundation
import Testing

@testable import Service

/// What a runner is told, and what is refused before there is one.
struct RunOrderTests {
    @Test func noValueIsTakenForAnOption() {
        var order = RunOrder(
            scenario: .init(id: 7, name: "Mine", text: "name: Mine"), environment: "--all",
            by: "--sabotage", requestedBy: "-x", variables: [("kind", "--json")], debug: true,
            timeoutMs: 90_000, confirm: "--help", key: RunFixture.id())
        order.target = "staging"
        #expect(
            order.arguments(targetFile: "/targets/staging.yaml", data: "/data") == [
                "run", "/dev/stdin", "--data=/data", "--key=\(order.key)", "--by=--sabotage",
                "--json", "--scenario-id=7", "--target=/targets/staging.yaml",
                "--environment=--all", "--confirm=--help", "--requested-by=-x",
                "--timeout=90000ms", "--set=kind=--json", "--debug",
            ])
    }

    @Test func aBuiltInScenarioIsNamedByItsNumber() {
        let order = RunOrder(
            scenario: .init(id: 3, name: "Circuit Breaker Functionality", text: nil), by: "ops",
            key: RunFixture.id())
        #expect(
            order.arguments(targetFile: nil, data: "/data") == [
                "run", "3", "--data=/data", "--key=\(order.key)", "--by=ops", "--json",
            ])
    }

    @Test(arguments: ["", "a=b"])
    func whatIsNoNameOfAVariableIsRefused(name: String) throws {
        var order = try RunFixture().order()
        order.variables = [(name, "1")]
        #expect(throws: RunRefusal.badVariables("'\(name)' is no name of a variable")) {
            try order.check()
        }
    }

    @Test func aZeroByteIsRefused() throws {
        var order = try RunFixture().order()
        order.by = "ops\0--all"
        #expect(throws: RunRefusal.badVariables("the name of the caller holds a zero byte")) {
            try order.check()
        }
    }

    @Test(arguments: ["../secret", "/etc/secret", ".hidden", "", "a/b", "a\0", "ä"])
    func aNameNeverFormsAPath(name: String) throws {
        let fixture = try RunFixture()
        let targets = fixture.folder + "/targets"
        for folder in [targets, targets + "/a"] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        }
        for file in ["secret.yaml", "targets/.hidden.yaml", "targets/.yaml", "targets/a/b.yaml"] {
            try fixture.write("", to: file)
        }
        var order = fixture.order()
        order.target = name
        #expect(throws: RunRefusal.self) {
            try TargetFiles(folder: targets).path(for: order)
        }
    }

    @Test func anEnvironmentNamesItsTarget() throws {
        let fixture = try RunFixture()
        let targets = fixture.folder + "/targets"
        try FileManager.default.createDirectory(atPath: targets, withIntermediateDirectories: true)
        try fixture.write("", to: "targets/staging.yaml")
        let files = TargetFiles(folder: targets)
        var order = fixture.order()
        #expect(try files.path(for: order) == nil)
        order.environment = "test"
        #expect(try files.path(for: order) == nil)
        order.environment = "staging"
        #expect(try files.path(for: order) == targets + "/staging.yaml")
        order.target = "embedded"
        #expect(try files.path(for: order) == nil)
        (order.target, order.environment) = (nil, "production")
        #expect(throws: RunRefusal.self) { try files.path(for: order) }
    }
}
