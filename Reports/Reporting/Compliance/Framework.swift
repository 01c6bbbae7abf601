/// A framework, as it is called on the command line.
public enum Framework: String, CaseIterable, Sendable {
    case soc2
    case iso27001
    case iso22301
    case nist80053 = "nist-800-53"
    case dora
    case nis2
    case hipaa
    case pciDSS = "pci-dss"
    case bsiC5 = "bsi-c5"
    case nistCSF = "nist-csf"
}

/// A control of the catalogue, in our own words.
public struct Control: Equatable, Sendable {
    public enum Contribution: String, Sendable { case direct, partial, supporting }

    /// As the catalogue has it: `NIST SP 800-53`.
    public let framework: String
    public let version: String
    public let id: String
    public let title: String
    public let requirement: String
    /// `at least yearly`.
    public let cadence: String
    /// The longest interval that the text states, in days; `nil`: it states none.
    public let intervalDays: Int?
    /// Keys of scenarios, as the catalogue has them: `complete-outage`.
    public let scenarios: [String]
    public let contribution: Contribution
    public let facts: [EvidenceFact]
    public let notEvidencedHere: String
    /// How the paraphrase was checked, in the catalogue's words: `source`, `memory` and others.
    public let checked: String
    /// Of NIST SP 800-53, in OSCAL.
    public let oscalControlID: String?
    public let oscalObjectiveIDs: [String]
}
