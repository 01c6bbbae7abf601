internal import ArgumentParser
package import Reporting

extension ReportFormat {
    /// The formats that `--format` names.
    ///
    /// - Throws: `ValidationError` with the accepted ones.
    package static func chosen(
        _ text: String, of accepted: [ReportFormat]
    ) throws -> [ReportFormat] {
        if let formats = list(text, of: accepted) { return formats }
        let names = accepted.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--format \(text): accepted: \(names)")
    }
}
