import DRTesting
import Merkle
import Testing
import Wire

@testable import Reporting

/// Assessment results of OSCAL: what the schema and other tools refuse, or do not notice. That
/// those take the whole document is held by a validator of others.
struct OSCALTests {
    private typealias Fixture = HistoryFixture

    private func document(
        _ history: History = Fixture.mixed, _ framework: Framework = .nist80053
    ) throws -> JSONValue {
        let bytes = ComplianceReport(history, framework: framework).oscal
        return try #require(try JSONValue(json: bytes)["assessment-results"])
    }

    private func result(_ document: JSONValue) throws -> JSONValue {
        try #require(document["results"]?[0])
    }

    private func list(_ name: String, of value: JSONValue) -> [JSONValue] {
        value[name]?.arrayValue ?? []
    }

    /// The text of a member of each.
    private func texts(_ name: String, of values: [JSONValue]) -> [String] {
        values.compactMap { $0[name]?.stringValue }
    }

    /// Every member anywhere in the document.
    private func members(of value: JSONValue) -> [(name: String, value: JSONValue)] {
        var found: [(name: String, value: JSONValue)] = []
        for (name, member) in value.objectValue?.members ?? [] {
            found.append((name: name, value: member))
            found += members(of: member)
        }
        for element in value.arrayValue ?? [] { found += members(of: element) }
        return found
    }

    // MARK: Ids

    /// Computed by a program that has nothing of this one.
    @Test func idsFollowFromTheRootAndTheKey() {
        let ids = OSCALIdentity(root: MerkleHash.leaf([1]))
        #expect(ids.uuid("observation", "40") == "73f4910b-7c39-5446-95f2-ac253ded3108")
        #expect(ids.uuid("component", "staging") == "888efac6-d2a6-5596-93ee-7120cf083626")
        let other = OSCALIdentity(root: MerkleHash.leaf([2]))
        #expect(other.uuid("observation", "40") != ids.uuid("observation", "40"))
    }

    @Test(arguments: Framework.allCases)
    func idsAreOfAVersionThatOSCALHasAndThereOnce(_ framework: Framework) throws {
        let pattern = try Regex(
            "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        let members = members(of: try document(Fixture.mixed, framework))
        let ids = members.filter { $0.name == "uuid" }.compactMap(\.value.stringValue)
        #expect(!ids.isEmpty && Set(ids).count == ids.count)
        for (name, value) in members where name == "uuid" || name.hasSuffix("-uuid") {
            let text = try #require(value.stringValue)
            #expect(try pattern.wholeMatch(in: text) != nil, "\(name)")
        }
    }

    @Test(arguments: Framework.allCases)
    func everyReferenceLeadsSomewhere(_ framework: Framework) throws {
        for history in [Fixture.mixed, Fixture.history()] {
            let members = members(of: try document(history, framework))
            let ids = Set(
                members.filter { $0.name == "uuid" }.compactMap(\.value.stringValue))
            for (name, value) in members {
                let text = value.stringValue ?? ""
                if name.hasSuffix("-uuid") { #expect(ids.contains(text), "\(name)") }
                if name == "href" {
                    #expect(text.hasPrefix("#") && ids.contains(String(text.dropFirst())))
                }
            }
        }
    }

    // MARK: Forms

    @Test(arguments: Framework.allCases)
    func nothingIsEmpty(_ framework: Framework) throws {
        for history in [Fixture.mixed, Fixture.history()] {
            for (name, value) in members(of: try document(history, framework)) {
                #expect(value != .array([]) && value != .object([:]), "\(name)")
                #expect(value != .null, "\(name)")
            }
        }
    }

    @Test func timesAreInUTCAndNoneIsLaterThanOSCALCanTell() throws {
        let pattern = try Regex(
            #"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"#)
        let names = ["last-modified", "start", "end", "collected", "expires", "deadline"]
        let members = members(of: try document()).filter { names.contains($0.name) }
        #expect(Set(members.map(\.name)) == Set(names))
        for (name, value) in members {
            let text = try #require(value.stringValue)
            #expect(try pattern.wholeMatch(in: text) != nil, "\(name)")
        }
        #expect(OSCALText.time(.max) == "2999-12-31T23:59:59.999Z")
        #expect(OSCALText.time(0) == "1970-01-01T00:00:00.000Z")
    }

    @Test func valuesAreLinesWithoutBlanksAroundThem() {
        #expect(OSCALText.line("\t a b \n") == "\\u{9} a b \\u{a}")
        #expect(OSCALText.line(" \u{a0}a\u{2003} ") == "a")
        #expect(OSCALText.line("") == nil)
        #expect(OSCALText.line(" \u{3000} ") == nil)
    }

    @Test(arguments: HistoryFixture.hostileTexts)
    func textsOfTheLogKeepToTheForms(_ text: String) throws {
        for framework in [Framework.nist80053, .dora] {
            let members = members(of: try document(Fixture.hostile(text), framework))
            for (name, value) in members {
                let text = value.stringValue ?? ""
                #expect(text.isHarmless, "\(name)")
                switch name {
                case "value", "identifier", "version":
                    let scalars = text.unicodeScalars
                    #expect(scalars.first?.properties.isWhitespace == false, "\(name)")
                    #expect(scalars.last?.properties.isWhitespace == false, "\(name)")
                    #expect(!text.contains("\n"), "\(name)")
                case "title": #expect(!text.isEmpty && !text.contains("\n"), "\(name)")
                case "description", "remarks", "statement":
                    #expect(!text.replacing("\\<", with: "").contains("<script"), "\(name)")
                default: break
                }
            }
        }
    }

    // MARK: What it says

    @Test func aDrillThatCountsIsAnObservation() throws {
        let observations = list("observations", of: try result(document()))
        let observed = observations.map { observation in
            list("props", of: observation).first { $0["name"] == "test-id" }?["value"]?
                .stringValue
        }
        #expect(observed == ["10", "20", "30"])
        let second = observations[1]
        #expect(second["collected"] == "2026-11-25T00:00:00.000Z")
        // The cadence asks for one every seven days.
        #expect(second["expires"] == "2026-12-02T00:00:00.000Z")
        #expect(second["methods"] == ["TEST"])
        let properties = list("props", of: second)
        let time = properties.first { $0["name"] == "rto-ms" }
        #expect(time?["value"] == "130000" && time?["ns"] == "https://dr-testing.example/ns/oscal")
        // Nobody knows the recovery time of the third.
        #expect(!texts("name", of: list("props", of: observations[2])).contains("rto-ms"))
        let evidence = list("relevant-evidence", of: second)
        let leaf = String(repeating: "0", count: 62) + "1d"
        #expect(texts("value", of: list("props", of: evidence[0])).contains(leaf))
    }

    @Test(arguments: Framework.allCases)
    func everyControlThatWasLookedAtIsNamed(_ framework: Framework) throws {
        let report = ComplianceReport(Fixture.mixed, framework: framework)
        let result = try result(document(Fixture.mixed, framework))
        let reviewed = try #require(result["reviewed-controls"])
        let properties = list("props", of: reviewed)
        #expect(texts("value", of: properties) == report.matrix.map(\.control.citation))
        #expect(
            texts("class", of: properties)
                == report.matrix.map { $0.status.rawValue.replacing(" ", with: "-") })
        let controls = list("control-selections", of: reviewed).flatMap {
            texts("control-id", of: list("include-controls", of: $0))
        }
        #expect(!controls.isEmpty && Set(controls).count == controls.count)
        #expect(Set(controls).isSuperset(of: report.matrix.compactMap(\.control.oscalControlID)))
    }

    @Test func aStateFollowsFromTheStatusAndWhatIsNotCoveredHasNone() throws {
        let report = ComplianceReport(Fixture.mixed, framework: .nist80053)
        let result = try result(document())
        let findings = list("findings", of: result)
        var seen: Set<ComplianceReport.Status> = []
        for row in report.matrix where row.control.oscalControlID != nil {
            seen.insert(row.status)
            for objective in row.control.oscalObjectiveIDs {
                let targets = findings.compactMap { $0["target"] }
                let status = targets.first { $0["target-id"]?.stringValue == objective }?["status"]
                let words = [status?["state"]?.stringValue, status?["reason"]?.stringValue]
                switch row.status {
                case .supported: #expect(words == ["satisfied", "pass"], "\(objective)")
                case .contradicted: #expect(words == ["not-satisfied", "fail"], "\(objective)")
                case .integrityFailed, .overdue, .partlyCovered:
                    #expect(words == ["not-satisfied", "other"], "\(objective)")
                case .notCovered:
                    #expect(status == nil, "\(objective)")
                    #expect(
                        result["remarks"]?.stringValue?.contains("- \(row.control.citation): ")
                            == true)
                }
            }
        }
        #expect(seen.isSuperset(of: [.contradicted, .notCovered]))
    }

    @Test func aControlThatIsSupportedIsSatisfiedAndObserved() throws {
        let runs = CatalogScenario.allCases.enumerated().map { index, scenario in
            Fixture.run(of: scenario, UInt64(index + 1) * 10, at: Double(index) / 2 + 1)
        }
        let history = Fixture.history(runs: runs)
        let report = ComplianceReport(history, framework: .nist80053)
        let row = try #require(report.matrix.first { $0.status == .supported })
        let objective = try #require(row.control.oscalObjectiveIDs.first)
        let finding = list("findings", of: try result(document(history))).first {
            $0["target"]?["target-id"]?.stringValue == objective
        }
        #expect(finding?["target"]?["status"]?["state"] == "satisfied")
        #expect(finding?["related-observations"]?.arrayValue?.count == row.evidence.count)
        #expect(finding?["remarks"]?.stringValue?.hasPrefix("Not evidenced here: ") == true)
    }

    /// A control of another framework has no objective: those of NIST that rest on the same
    /// evidence name it.
    @Test func aControlOfAnotherFrameworkIsAPropertyOfFindings() throws {
        let runs = CatalogScenario.allCases.enumerated().map { index, scenario in
            Fixture.run(
                of: scenario, UInt64(index + 1) * 10, .failed, at: Double(index) / 2 + 1)
        }
        let history = Fixture.history(runs: runs)
        let findings = list("findings", of: try result(document(history, .dora)))
        #expect(!findings.isEmpty)
        for finding in findings {
            let mapped = list("props", of: finding).filter { $0["name"] == "maps-to" }
            #expect(!mapped.isEmpty)
            #expect(texts("value", of: mapped).allSatisfy { $0.hasPrefix("EU DORA") })
            #expect(finding["target"]?["type"] == "objective-id")
        }
    }

    @Test func whatDrillsFoundToBeWrongIsARiskWithARecommendation() throws {
        let result = try result(document())
        let risks = list("risks", of: result)
        #expect(risks.count == 2)
        #expect(texts("status", of: risks) == ["open", "open"])
        for risk in risks {
            let remediation = list("remediations", of: risk).first
            #expect(remediation?["lifecycle"] == "recommendation")
            #expect(!list("related-observations", of: risk).isEmpty)
        }
        let linked = list("findings", of: result).flatMap {
            texts("risk-uuid", of: list("related-risks", of: $0))
        }
        #expect(Set(linked) == Set(texts("uuid", of: risks)))
    }

    @Test func aPeriodWithoutDrillsHasNoFindingAndSaysSo() throws {
        let result = try result(document(Fixture.history()))
        #expect(result["observations"] == nil && result["findings"] == nil)
        #expect(result["risks"] == nil)
        #expect(result["remarks"]?.stringValue?.contains("There is no finding") == true)
    }

    @Test func theSameHistoryGivesTheSameBytes() {
        let reports = [Fixture.mixed, Fixture.mixed].map { history in
            ComplianceReport(history, framework: .nist80053).oscal
        }
        #expect(reports[0] == reports[1])
    }
}
