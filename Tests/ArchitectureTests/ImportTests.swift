import Testing

@Suite struct ImportTests {
    @Test(arguments: Repository.productPaths)
    func aFileImportsOnlyWhatItsModuleMay(path: String) throws {
        let file = try #require(try Repository.file(path))
        #expect(ImportTable.findings(in: file) == [])
    }

    @Test func everyModuleAndProgramHasARow() {
        let modules = Set(Repository.productPaths.compactMap { ImportTable.module(of: $0) })
        #expect(modules.subtracting(ImportTable.rows.keys).isEmpty)
    }

    @Test func aRowNamesOnlyModulesThatHaveARow() {
        let named = ImportTable.rows.values.reduce(into: Set<String>()) { $0.formUnion($1.ours) }
        #expect(named.subtracting(ImportTable.rows.keys).isEmpty)
    }

    @Test(arguments: ImportTable.readSide.sorted())
    func theReadSideNeverReachesTheWriteSide(module: String) {
        let reached = ImportTable.reach(of: module)
        let forbidden = ImportTable.writeSide.filter { pattern in
            reached.contains { $0 == pattern || ImportTable.name(pattern, covers: $0) }
        }
        #expect(forbidden.isEmpty)
    }

    @Test func whatOneFileKeepsToItselfIsImportedOnce() throws {
        let files = try Repository.files(Repository.productPaths)
        for (module, row) in ImportTable.rows {
            for name in row.inOneFile {
                let importers = files.filter { file in
                    ImportTable.module(of: file.path) == module
                        && file.imports.contains { $0.module == name }
                }
                #expect(importers.count <= 1, "\(importers.map(\.path)) import \(name)")
            }
        }
    }

    @Test func importsAreReadWithEveryModifier() {
        let source = """
            // import Comment
            import Plain
            public import Public; internal import Internal
            @testable import Testable
            @_spi(Hidden) @preconcurrency
            fileprivate import Attributed
            import struct Nested.Type
            import func `Quoted`.call
            #if canImport(Conditional)
                private import Conditional
            #endif
            let text = "import Text \\(value(import: 1))"
            let kind = Kind.import
            """
        let file = SourceFile(path: "Sources/Engine/Sample.swift", text: source)
        let imports = file.imports.map { "\($0.line) \($0.module)" }
        let expected = [
            "2 Plain", "3 Public", "3 Internal", "4 Testable", "6 Attributed", "7 Nested",
            "8 Quoted", "10 Conditional",
        ]
        #expect(imports == expected)
    }

    @Test func aModuleOutsideTheRowIsFoundWithItsLine() {
        #expect(findings("import Wire\nimport Merkle", in: "Sources/DRTesting") == [2])
        #expect(findings("import Wire", in: "Sources/DRTesting") == [])
        #expect(findings("import NIOPosix\nimport NIOSSL", in: "Sources/FaultProxy") == [])
        #expect(findings("import Engine", in: "Projections/Views") == [1])
    }

    @Test func foundationIsRefusedWhereItsEssentialsDo() {
        #expect(findings("import Foundation", in: "Sources/EventLog") == [1])
        #expect(findings("import FoundationEssentials", in: "Sources/EventLog") == [])
        #expect(findings("import Foundation", in: "Sources/Engine") == [])
    }

    private func findings(_ text: String, in folder: String) -> [Int] {
        ImportTable.findings(in: SourceFile(path: "\(folder)/Sample.swift", text: text)).map(\.line)
    }
}
