extension Framework {
    /// For people: `SOC 2 (Trust Services Criteria)`.
    public var title: String {
        switch self {
        case .soc2: "SOC 2 (Trust Services Criteria)"
        case .iso27001: "ISO/IEC 27001:2022"
        case .iso22301: "ISO 22301:2019"
        case .nist80053: "NIST SP 800-53 Rev. 5, with SP 800-34, SP 800-84 and FedRAMP"
        case .dora: "EU DORA, Regulation (EU) 2022/2554, with its RTS (EU) 2024/1774"
        case .nis2: "EU NIS2, Directive (EU) 2022/2555, with its implementing act (EU) 2024/2690"
        case .hipaa: "HIPAA Security Rule, 45 CFR Part 164"
        case .pciDSS: "PCI DSS v4.0.1"
        case .bsiC5: "BSI C5:2020"
        case .nistCSF: "NIST CSF 2.0"
        }
    }

    /// The documents of the catalogue that are reported together, in the order of a report. Each
    /// control goes by the name of its own document.
    ///
    /// FedRAMP asks for controls of NIST SP 800-53 with intervals of its own, and SP 800-34 and
    /// 800-84 say how to test what it asks for. The FFIEC booklet in the catalogue is of none of
    /// these frameworks: no report has it.
    var catalogNames: [String] {
        switch self {
        case .soc2: ["SOC 2 (AICPA TSC)"]
        case .iso27001: ["ISO/IEC 27001"]
        case .iso22301: ["ISO 22301"]
        case .nist80053:
            ["NIST SP 800-53", "NIST SP 800-34", "NIST SP 800-84", "FedRAMP", "FedRAMP 20x"]
        case .dora: ["EU DORA", "EU DORA RTS"]
        case .nis2: ["EU NIS2", "EU NIS2 implementing act"]
        case .hipaa: ["HIPAA Security Rule"]
        case .pciDSS: ["PCI DSS"]
        case .bsiC5: ["BSI C5"]
        case .nistCSF: ["NIST CSF"]
        }
    }
}
