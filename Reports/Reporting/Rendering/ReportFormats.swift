extension ReportFormat {
    /// Formats as they are given on a command line, with commas, and maybe spaces, between.
    ///
    /// - Returns: each once, in their order; `nil` if one is not accepted.
    public static func list(_ text: String, of accepted: [ReportFormat]) -> [ReportFormat]? {
        var formats: [ReportFormat] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: " ")
            guard words.count == 1, let format = ReportFormat(rawValue: String(words[0])),
                accepted.contains(format)
            else { return nil }
            if !formats.contains(format) { formats.append(format) }
        }
        return formats
    }
}
