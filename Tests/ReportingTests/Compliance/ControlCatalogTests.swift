import Foundation
import Testing

@testable import Reporting

struct ControlCatalogTests {
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func document() throws -> [String: Any] {
        let file = Self.repository.appending(path: "Reports/Reporting/Compliance/controls.json")
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try #require(value as? [String: Any])
    }

    @Test func everyControlIsReadAsItIsWritten() throws {
        let written = try #require(try document()["controls"] as? [[String: Any]])
        #expect(written.count == 156)
        #expect(ControlCatalog.all.count == written.count)
        for (control, row) in zip(ControlCatalog.all, written) {
            #expect(control.framework == row["framework"] as? String)
            #expect(control.version == row["version"] as? String)
            #expect(control.id == row["id"] as? String)
            #expect(control.title == row["title"] as? String)
            #expect(control.requirement == row["requirement"] as? String)
            #expect(control.contribution.rawValue == row["contribution"] as? String)
            #expect(control.scenarios == row["scenarios"] as? [String])
            #expect(control.facts.map(\.rawValue) == row["evidenceFacts"] as? [String])
            #expect(control.notEvidencedHere == row["notEvidencedHere"] as? String)
            #expect(control.checked == row["checked"] as? String)
            let oscal = row["oscal"] as? [String: Any]
            #expect(control.oscalControlID == oscal?["controlId"] as? String)
            let objectives = oscal?["objectiveIds"] as? [String]
            #expect(control.oscalObjectiveIDs == objectives ?? [])
            let cadence = try #require(row["cadence"] as? [String: Any])
            #expect(control.cadence == cadence["text"] as? String)
        }
    }

    @Test func factsAndScenariosAreThoseOfTheCatalogue() throws {
        let facts = try #require(try document()["evidenceFacts"] as? [String: String])
        #expect(Set(facts.keys) == Set(EvidenceFact.allCases.map(\.rawValue)))
        let scenarios = try #require(try document()["scenarios"] as? [String])
        #expect(scenarios == CatalogScenario.allCases.map(\.rawValue))
    }

    @Test func onlyAnIntervalThatTheTextStatesCountsAsOne() throws {
        func days(_ document: String, _ id: String) throws -> Int? {
            let control = ControlCatalog.all.first { $0.framework == document && $0.id == id }
            return try #require(control).intervalDays
        }
        #expect(try days("FedRAMP", "CP-4") == 366)
        #expect(try days("FedRAMP", "CP-9(1)") == 31)
        // Guidance says a week for some data.
        #expect(try days("EU NIS2 implementing act", "4.2.6") == nil)
        #expect(try days("SOC 2 (AICPA TSC)", "A1.3") == nil)
        #expect(try days("NIST SP 800-53", "CP-4") == nil)
    }

    @Test func everyDocumentBelongsToOneFrameworkAndOnlyOneToNone() {
        let names = Framework.allCases.flatMap(\.catalogNames)
        #expect(Set(names).count == names.count)
        let left = Set(ControlCatalog.all.map(\.framework)).subtracting(names)
        #expect(left == ["FFIEC BCM booklet"])
        for framework in Framework.allCases {
            let controls = ControlCatalog.controls(of: framework)
            #expect(!controls.isEmpty)
            #expect(Set(controls.map(\.framework)) == Set(framework.catalogNames))
        }
        #expect(ControlCatalog.controls(of: .soc2).count == 10)
        #expect(ControlCatalog.controls(of: .dora).count == 28)
    }

    @Test func aControlIsInAFrameworkOnce() {
        for framework in Framework.allCases {
            let names = ControlCatalog.controls(of: framework).map { "\($0.framework) \($0.id)" }
            #expect(Set(names).count == names.count, "\(framework)")
        }
    }

    @Test func scenariosAreTheBuiltInOnes() throws {
        let folder = Self.repository.appending(path: "Sources/Engine/Scenario/Builtin")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "yaml" }
        #expect(files.count == CatalogScenario.allCases.count)
        var types: [String: String] = [:]
        for file in files {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let name = try value("name", in: lines)
            types[name] = try value("type", in: lines)
        }
        for scenario in CatalogScenario.allCases {
            #expect(types[scenario.builtinName] == scenario.testType)
        }
        #expect(CatalogScenario.allCases.map(\.scenarioID) == [1, 2, 3, 4, 5, 6])
    }

    private func value(_ name: String, in lines: [Substring]) throws -> String {
        let line = try #require(lines.first { $0.hasPrefix("\(name): ") })
        return String(line.dropFirst(name.count + 2))
    }

    @Test func anotherScenarioCountsByItsTestType() {
        let type = CatalogScenario.backupAndRestore.testType
        #expect(CatalogScenario(scenarioID: 0, testType: type) == .backupAndRestore)
        #expect(CatalogScenario(scenarioID: 7, testType: type) == .backupAndRestore)
        #expect(CatalogScenario(scenarioID: 5, testType: "") == .failover)
        #expect(CatalogScenario(scenarioID: 0, testType: "ours") == nil)
    }

    @Test func whatTheEvidencePageSaysIsNotRecordedIsNot() throws {
        let page = Self.repository.appending(path: "Sources/DRTesting/DRTesting.docc/Evidence.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let rows = lines.filter { $0.contains("| not recorded") }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        let names: [String] = cells.flatMap { $0.split(separator: ",") }.map { name in
            String(name.filter { $0 != " " })
        }
        #expect(Set(names) == Set(ControlCatalog.unrecorded.map(\.fact.rawValue)))
    }

    @Test func nothingInTheCatalogueSaysThatAnybodyComplies() {
        for control in ControlCatalog.all {
            for text in [control.title, control.requirement, control.notEvidencedHere] {
                #expect(!text.claimsCompliance, "\(control.framework) \(control.id)")
            }
        }
        #expect(!Framework.allCases.contains { $0.title.claimsCompliance })
    }
}

extension String {
    var claimsCompliance: Bool {
        ["compliant", "complies"].contains { lowercased().contains($0) }
    }
}
