import Testing

@testable import Reporting

/// Tables as spreadsheets and programs read them.
struct CSVTableTests {
    private typealias Fixture = HistoryFixture

    private static let tables = PeriodReport(HistoryFixture.mixed).csvTables
    private static let complianceTables =
        ComplianceReport(HistoryFixture.mixed, framework: .dora).csvTables
    private var tables: [CSVTable] { Self.tables }
    private var complianceTables: [CSVTable] { Self.complianceTables }

    private func table(_ name: String, of tables: [CSVTable]) throws -> CSVTable {
        try #require(tables.first { $0.name == name })
    }

    /// Where a column stands in a row.
    private func field(_ column: String, _ row: Int, of table: CSVTable) throws -> String {
        let index = try #require(table.header.firstIndex(of: column))
        return table.rows[row][index]
    }

    @Test func aTableIsLinesOfFieldsThatEndWithCRLF() {
        let columns: [CSVColumn<Int>] = [
            .count("a", "A number.", unit: "ms") { $0 },
            .text("b", "A text.") { $0 == 1 ? "x, \"y\"" : "=1" },
        ]
        let table = CSVTable("t", [1, 2], columns)
        #expect(
            String(decoding: table.bytes, as: UTF8.self)
                == "a,b\r\n1,\"x, \"\"y\"\"\"\r\n2,'=1\r\n")
    }

    @Test func reportsHaveTheirTablesAsFiles() {
        #expect(
            PeriodReport(Fixture.mixed).csv.map(\.name) == [
                "weekly-2026-W48-runs.csv", "weekly-2026-W48-findings.csv",
                "weekly-2026-W48-due.csv", "weekly-2026-W48-dictionary.csv",
            ])
        #expect(
            complianceTables.map(\.name) == [
                "controls", "population", "due", "findings", "cadences", "dictionary",
            ])
        #expect(PeriodReport(Fixture.mixed).csv.allSatisfy { $0.format == .csv })
    }

    @Test func theRunsAreThereWithTheirNumbersBare() throws {
        let runs = try table("runs", of: tables)
        #expect(runs.rows.map { $0[0] } == ["10", "20", "30", "40", "50", "60"])
        #expect(try field("rto_actual_ms", 1, of: runs) == "130000")
        #expect(try field("rto_target_ms", 1, of: runs) == "120000")
        #expect(try field("error_message", 1, of: runs) == "the secondary was late")
        #expect(try field("ended_at", 1, of: runs) == "2026-11-25T00:00:00.000Z")
        #expect(try field("counted", 1, of: runs) == "yes")
        #expect(try field("exclusion", 4, of: runs) == "proof")
    }

    @Test func whatIsUnknownIsEmpty() throws {
        let runs = try table("runs", of: tables)
        #expect(try field("rto_actual_ms", 2, of: runs).isEmpty)
        #expect(try field("ended_at", 5, of: runs).isEmpty)
        #expect(try field("last_position", 5, of: runs).isEmpty)
        #expect(try field("result", 5, of: runs) == "under way")
    }

    @Test func thePopulationNamesTheLeafOfEachRun() throws {
        let population = try table("population", of: complianceTables)
        #expect(population.rows.count == 5)
        // The event at position 29.
        let leaf = String(repeating: "0", count: 62) + "1d"
        #expect(try field("last_leaf_sha256", 1, of: population) == leaf)
    }

    @Test func everyControlOfTheReportIsInItsTable() throws {
        let report = ComplianceReport(Fixture.mixed, framework: .dora)
        let controls = try table("controls", of: report.csvTables)
        #expect(controls.rows.count == report.matrix.count)
        let statuses = try controls.rows.indices.map { try field("status", $0, of: controls) }
        #expect(statuses == report.matrix.map(\.status.rawValue))
    }

    @Test func everyColumnIsInTheDictionary() throws {
        for tables in [tables, complianceTables] {
            let dictionary = try table("dictionary", of: tables)
            let columns = tables.filter { $0.name != "dictionary" }.flatMap { table in
                table.header.map { [table.name, $0] }
            }
            #expect(dictionary.rows.map { Array($0.prefix(2)) } == columns)
            #expect(dictionary.rows.allSatisfy { $0[2].hasSuffix(".") })
        }
    }

    @Test func eachRowHasAFieldForEachColumn() {
        for table in tables + complianceTables {
            #expect(table.rows.allSatisfy { $0.count == table.header.count }, "\(table.name)")
            #expect(Set(table.header).count == table.header.count, "\(table.name)")
        }
    }

    @Test(arguments: HistoryFixture.hostileTexts)
    func textsOfTheLogAreNoFormulasAndStayInTheirFields(_ text: String) {
        let period = PeriodReport(Fixture.hostile(text)).csvTables
        let compliance = ComplianceReport(Fixture.hostile(text), framework: .soc2).csvTables
        for table in period + compliance {
            let lines = String(decoding: table.bytes, as: UTF8.self).unicodeScalars
                .split(separator: "\n", omittingEmptySubsequences: false)
            // What could end a line is made visible, so that a row is a line.
            #expect(lines.count == table.rows.count + 2, "\(table.name)")
            #expect(String(decoding: table.bytes, as: UTF8.self).isHarmless, "\(table.name)")
            for field in lines.flatMap({ $0.split(separator: ",") }) {
                let first = field.first { $0 != "\"" && $0 != " " }
                #expect(!["=", "+", "-", "@"].contains(first), "\(table.name)")
            }
        }
    }

    @Test func theSameHistoryGivesTheSameBytes() {
        #expect(tables == PeriodReport(Fixture.mixed).csvTables)
        #expect(
            complianceTables == ComplianceReport(Fixture.mixed, framework: .dora).csvTables)
    }
}
