internal import Mustache

/// The templates of reports, read once.
enum ReportTemplates {
    private static let library: Result<MustacheLibrary, any Error> = Result { try read() }

    /// - Parameters:
    ///   - content: everything in it is text; a template escapes it, but for what is HTML already.
    ///   - name: `frame` or `run`.
    /// - Throws: if a template cannot be read, which is a mistake in it.
    static func render(_ content: Any, as name: String) throws -> String {
        guard let text = try library.get().render(content, withTemplate: name) else {
            preconditionFailure("There is no template '\(name)'.")
        }
        return text
    }

    private static func read() throws -> MustacheLibrary {
        MustacheContentTypes.register(ReportContent(), named: "REPORT")
        var library = MustacheLibrary()
        for (name, bytes) in [
            ("frame", PackageResources.frame_mustache), ("run", PackageResources.run_mustache),
        ] {
            try library.register(String(decoding: bytes, as: UTF8.self), named: name)
        }
        return library
    }
}

/// How texts stand in reports. Whatever comes into a template goes through here.
private struct ReportContent: MustacheContentType {
    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
