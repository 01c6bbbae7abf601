/// The JSON Schemas (2020-12) that reports in JSON keep to.
///
/// What is in them stays as it is: a later version with the same first number only adds members.
public enum ReportSchema {
    /// The `$id` of the schema of period reports.
    public static let periodID = "urn:dr-testing:schema:period-report:1"
    /// The `$id` of the schema of compliance reports.
    public static let complianceID = "urn:dr-testing:schema:compliance-report:1"
    /// Of both.
    public static let version = "1.0"

    /// The schema of period reports, as JSON.
    public static var period: String {
        String(decoding: PackageResources.period_report_schema_json, as: UTF8.self)
    }

    /// The schema of compliance reports, as JSON.
    public static var compliance: String {
        String(decoding: PackageResources.compliance_report_schema_json, as: UTF8.self)
    }
}
