import Testing

/// The rules on the repository itself.
@Suite struct StyleTests {
    @Test func gitListsTheRepository() {
        #expect(Repository.paths.contains("Package.swift"), "These tests need a git checkout.")
    }

    @Test(arguments: Repository.swiftPaths)
    func aSwiftFileKeepsTheStyle(path: String) throws {
        let file = try #require(try Repository.file(path))
        let findings = StyleRule.swift.flatMap { $0.findings(in: file) }
        #expect(findings == [])
    }

    @Test(arguments: Repository.paths)
    func aTextFileIsFinishedAndNamesNoPlaceOfWork(path: String) throws {
        guard let file = try Repository.file(path) else { return }
        let findings = StyleRule.text.flatMap { $0.findings(in: file) }
        #expect(findings == [])
    }

    @Test func theTopLevelIsFixed() {
        #expect(Layout.unexpectedEntries(in: Repository.paths).isEmpty)
    }

    @Test func noFolderHasAVagueName() {
        #expect(Layout.vagueFolders(in: Repository.paths) == [])
    }

    @Test func kebabCaseFoldersAreThePrograms() throws {
        let files = try Repository.files(Repository.productPaths)
        #expect(Layout.misnamedFolders(in: files).isEmpty)
    }
}
