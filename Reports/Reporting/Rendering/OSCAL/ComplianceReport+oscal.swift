internal import Wire

extension ComplianceReport {
    /// The version of OSCAL that the document declares.
    static let oscalVersion = "1.1.3"

    /// The report as assessment results of OSCAL, in JSON: what drills showed of the objectives of
    /// NIST SP 800-53. Controls of other frameworks have no catalogue in OSCAL: they are properties
    /// of the objectives that rest on the same evidence.
    public var oscal: [UInt8] {
        let document = OSCALDocument(self)
        var writer = JSONWriter()
        writer.object { $0.object("assessment-results") { document.write(to: &$0) } }
        return writer.bytes
    }
}

/// The frame of a document: what it is, what it refers to, and one result.
struct OSCALDocument {
    let report: ComplianceReport
    let ids: OSCALIdentity

    init(_ report: ComplianceReport) {
        self.report = report
        ids = OSCALIdentity(root: report.origin.range.root)
    }

    func write(to document: inout JSONWriter) {
        document.member("uuid", ids.uuid("document", report.documentID))
        document.object("metadata") { writeMetadata(to: &$0) }
        document.object("import-ap") { plan in
            plan.words("href", "#" + planID)
            plan.words(
                "remarks",
                "Drills have no assessment plan in OSCAL: they are run as their cadences ask for "
                    + "it, which this resource lists.")
        }
        let result = OSCALResult(report, ids: ids, log: logID)
        document.list("results", [result]) { $0.write(to: &$1) }
        document.object("back-matter") { matter in
            matter.name("resources")
            matter.array { resources in
                resources.object { writePlan(to: &$0) }
                resources.object { writeLog(to: &$0) }
            }
        }
    }

    private var planID: String { ids.uuid("resource", "cadences") }
    private var logID: String { ids.uuid("resource", "log") }

    private var title: String {
        "What drills evidence for \(report.framework.title), \(report.period.name)"
    }

    private func writeMetadata(to metadata: inout JSONWriter) {
        metadata.member("title", title)
        metadata.member("last-modified", OSCALText.time(report.origin.generatedAt))
        metadata.member("version", "\(report.origin.head)")
        metadata.member("oscal-version", ComplianceReport.oscalVersion)
        metadata.list("document-ids", [report.documentID]) { id, row in
            row.member("identifier", id)
        }
        metadata.properties([
            ("framework", report.framework.rawValue), ("period", report.period.name),
            ("command", report.origin.command),
        ])
        metadata.list("links", ["#" + logID]) { link, row in row.member("href", link) }
        metadata.words(
            "remarks",
            "The version is the position of the last event that was read. The same log up to that "
                + "event gives the same document.")
    }

    private func writePlan(to resource: inout JSONWriter) {
        let cadences = report.standings.map { standing in
            "\(OSCALText.prose(standing.subject.words)): \(standing.cadenceWords)"
                + (standing.isEnabled ? "" : " (disabled)")
        }
        resource.member("uuid", planID)
        resource.words("title", "The cadences that drills are run by")
        resource.words(
            "description",
            cadences.isEmpty
                ? "No cadence asks for a drill." : cadences.joined(separator: "; ") + ".")
    }

    private func writeLog(to resource: inout JSONWriter) {
        let (origin, range) = (report.origin, report.origin.range)
        resource.member("uuid", logID)
        resource.words("title", "The log of events, up to its event \(origin.head)")
        resource.words(
            "description",
            "A Merkle tree as RFC 6962 has it is over its events. Whoever has the log verifies it "
                + "with `dr-audit verify`, and an event of it with `dr-audit prove`.")
        resource.properties([
            ("log-id", origin.logID), ("log-origin", origin.logOrigin),
            ("head-position", "\(origin.head)"), ("tree-size", "\(range.size)"),
            ("root-sha-256", "\(range.root)"), ("first-hashed", "\(range.first)"),
            ("last-hashed", "\(range.last)"), ("tool-version", origin.toolVersion),
        ])
        if let id = OSCALText.line(origin.logID) {
            resource.list("document-ids", [id]) { id, row in row.member("identifier", id) }
        }
    }
}
