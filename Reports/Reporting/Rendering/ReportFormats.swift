extension ReportFormat {
    /// Formats as they are given on a command line, with commas between.
    ///
    /// - Returns: each once, in their order; `nil` if one is not accepted.
    public static func list(_ text: String, of accepted: [ReportFormat]) -> [ReportFormat]? {
        var formats: [ReportFormat] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let format = ReportFormat(rawValue: String(name)), accepted.contains(format)
            else { return nil }
            if !formats.contains(format) { formats.append(format) }
        }
        return formats
    }
}
