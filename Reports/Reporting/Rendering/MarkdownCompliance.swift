extension ComplianceReport {
    /// The report in GitHub-flavoured Markdown: all that its page has, without HTML and images.
    public var markdown: String {
        var document = MarkdownDocument(title: "Evidence for \(framework.title), \(period.name)")
        document.block(.paragraph("\(mark.symbol) \(headline)"))
        document.block(.list(lines))
        for section in ComplianceSections(report: self).all { document.section(section) }
        return document.text
    }
}
