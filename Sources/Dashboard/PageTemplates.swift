internal import Mustache
internal import Reporting

/// The templates of the pages, read once.
struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    /// The templates are a part of the program: one that cannot be read is a mistake in it.
    init() {
        MustacheContentTypes.register(PageText(), named: "PAGE")
        var library = MustacheLibrary()
        for (name, bytes) in Self.all {
            do {
                try library.register(String(decoding: bytes, as: UTF8.self), named: name)
            } catch {
                preconditionFailure("The template '\(name)' cannot be read: \(error)")
            }
        }
        self.library = library
    }

    /// - Parameter name: of a template that there is.
    func render(_ page: Any, as name: String) -> String {
        guard let text = library.render(page, withTemplate: name) else {
            preconditionFailure("There is no template '\(name)'.")
        }
        return text
    }

    private static let all: [(String, [UInt8])] = [
        ("head", PackageResources.head_mustache), ("foot", PackageResources.foot_mustache),
        ("tests", PackageResources.tests_mustache),
        ("overview", PackageResources.overview_mustache),
        ("history", PackageResources.history_mustache),
        ("test", PackageResources.test_mustache),
        ("scenarios", PackageResources.scenarios_mustache),
        ("schedules", PackageResources.schedules_mustache),
        ("findings", PackageResources.findings_mustache),
        ("reports", PackageResources.reports_mustache),
        ("alerts", PackageResources.alerts_mustache),
        ("audit", PackageResources.audit_mustache),
        ("signin", PackageResources.signin_mustache),
        ("problem", PackageResources.problem_mustache),
    ]
}

/// How texts stand in pages. Whatever comes into a template goes through here.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
