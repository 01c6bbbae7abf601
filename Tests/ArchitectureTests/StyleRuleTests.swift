import Testing

/// Each rule on a sample that keeps it and one that breaks it.
@Suite struct StyleRuleTests {
    @Test func aLineOf101ColumnsIsTooWideUnlessItHoldsAnAddress() {
        let wide = String(repeating: "é", count: 101)
        #expect(broken(.lineWidth, "\n" + String(wide.dropLast())) == [])
        #expect(broken(.lineWidth, "\n" + wide) == [2])
        #expect(broken(.lineWidth, "// https://example.org/" + wide) == [])
    }

    @Test func aProductFileOf401LinesIsTooLong() {
        let text = String(repeating: "\n", count: 400)
        #expect(broken(.fileLength, text) == [])
        #expect(broken(.fileLength, text + "\n") == [401])
        #expect(broken(.fileLength, text + "\n", at: "Tests/SampleTests/Sample.swift") == [])
    }

    @Test func aFunctionOf71LinesIsTooLong() {
        let body = String(repeating: "    print(\"}\")  // }\n", count: 68)
        #expect(broken(.functionLength, "func sample() {\n" + body + "}") == [])
        #expect(broken(.functionLength, "func sample() {\n\n" + body + "}") == [1])
        #expect(broken(.functionLength, "struct S {\ninit?(\n) {\n" + body + "}\n}") == [2])
    }

    @Test func functionsAreFoundAmongWhatLooksLikeThem() {
        let source = """
            import func Glibc.stat
            protocol Sample {
                init(from value: [Int]) throws
                func first(_ body: (Int) -> Void)
                static func second() async throws(SampleError) -> Int
            }
            struct Value: Sample {
                init(from value: [Int]) { self.init(value.map { "\\($0) }" }) }
                func first<Body>(
                    _ body: Body = { 1 }
                ) -> Int
                where Body: Sendable {
                    func inner() {
                    }
                    return #"\\("{"#.count
                }
            }
            """
        let file = SourceFile(path: "Sources/Engine/Sample.swift", text: source)
        let extents = file.functions.map { [$0.firstLine, $0.lastLine] }
        #expect(extents == [[8, 8], [9, 16], [13, 14]])
    }

    @Test func errorsOfTheDatabaseAreNotHidden() {
        #expect(broken(.hiddenDatabaseErrors, "import LMDB\ntry read()  // try?") == [])
        #expect(broken(.hiddenDatabaseErrors, "import LMDB\nlet a = try? read()") == [2])
        #expect(broken(.hiddenDatabaseErrors, "import Wire\nlet a = try? read()") == [])
    }

    @Test func onlyLMDBIsUnchecked() {
        let source = "final class A: @unchecked Sendable {\nnonisolated(unsafe) var a = 1\n}"
        #expect(broken(.uncheckedConcurrency, source) == [1, 2])
        #expect(broken(.uncheckedConcurrency, source, at: "Sources/LMDB/Sample.swift") == [])
        #expect(broken(.uncheckedConcurrency, "final class A: Sendable {}") == [])
    }

    @Test func productsForceNothing() {
        let source = "let a = try! read()\nlet b = a as! Int"
        #expect(broken(.forcedTry, source) == [1, 2])
        #expect(broken(.forcedTry, source, at: "Tests/SampleTests/Sample.swift") == [])
        #expect(broken(.forcedTry, "let a = try read() as? Int\nlet b = \"try!\"") == [])
    }

    @Test func dependenciesAreExact() {
        let source = """
            .package(url: "https://example.org/a(", exact: "1.0.0", traits: []),
            .package(
                url: "https://example.org/b", from: "1.0.0"),
            .product(name: "exact", package: "a"),
            """
        #expect(broken(.exactDependencies, source, at: "Package.swift") == [2])
        #expect(broken(.exactDependencies, source) == [])
    }

    @Test func whatTriesMoreInASoakIsNamedForIt() {
        let path = "Tests/SampleTests/Sample.swift"
        let counted = "@Test func a() {\nlet count = Effort.count(1, soak: 2)\n}\n"
        #expect(broken(.soakName, counted, at: path) == [2])
        #expect(broken(.soakName, counted + "struct SampleSoakTests {}", at: path) == [])
        #expect(broken(.soakName, "// DR_" + "SOAK\n@Test func a() {}", at: path) == [1])
        // What only defines it runs nothing.
        #expect(broken(.soakName, "enum Effort {}  // DR_" + "SOAK", at: path) == [])
    }

    @Test func nothingIsLeftUnfinished() {
        #expect(broken(.unfinished, "\n// FIX" + "ME: later") == [2])
        #expect(broken(.unfinished, "let a = 1  // TO" + "DO") == [1])
        #expect(broken(.unfinished, "let MASTODONT = 1") == [])
    }

    @Test func thePlaceOfWorkIsNotNamed() {
        #expect(broken(.workingPlace, "\n// See /work" + "/main.", at: "README.md") == [2])
        #expect(broken(.workingPlace, "Fixes Issue" + " #3", at: "README.md") == [1])
        #expect(broken(.workingPlace, "The network/workload has no issue.") == [])
    }

    @Test func anUnknownEntryAtTheTopIsFound() {
        let good = ["Package.swift", ".ci/run", "Sources/Wire/Wire.swift", ".gitignore"]
        #expect(Layout.unexpectedEntries(in: good).isEmpty)
        #expect(Layout.unexpectedEntries(in: good + ["notes/a.md"]).contains("notes"))
    }

    @Test func aVagueFolderIsFoundAndAVagueFileIsNot() {
        #expect(Layout.vagueFolders(in: ["Sources/Wire/Core.swift"]) == [])
        #expect(Layout.vagueFolders(in: ["Sources/Utils/A.swift"]) == ["Sources/Utils/A.swift"])
    }

    @Test func aFolderIsNamedForWhatItHolds() {
        let main = "@main struct Program { static func main() {} }"
        #expect(misnamed("Sources/dr-sample/Program.swift", main).isEmpty)
        #expect(misnamed("Sources/Sample/Sample.swift", "struct Value {}").isEmpty)
        #expect(misnamed("Sources/dr-sample/Program.swift", "struct Value {}").count == 1)
        #expect(misnamed("Reports/Sample/Program.swift", main).count == 1)
    }

    private func broken(
        _ rule: StyleRule, _ text: String, at path: String = "Sources/Engine/Sample.swift"
    ) -> [Int] {
        rule.findings(in: SourceFile(path: path, text: text)).map(\.line)
    }

    private func misnamed(_ path: String, _ text: String) -> Set<String> {
        Layout.misnamedFolders(in: [SourceFile(path: path, text: text)])
    }
}
