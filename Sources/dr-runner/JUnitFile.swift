import DRTesting
import Engine
import Foundation

/// The results of a run as JUnit XML, for the machines that collect test results.
struct JUnitFile {
    private let file: OutputFile

    /// - Throws: `RunnerError` with `.usage` if nothing can be written there.
    init(_ path: String) throws { file = try OutputFile(path, option: "--junit") }

    func write(_ report: RunReport) throws { try file.write(Self.xml(report)) }

    static func xml(_ report: RunReport) -> String {
        let run = report.run
        let failed = run.results.count { $0.verdict == .failed }
        let unclear = run.results.count { $0.verdict == .inconclusive }
        let (interrupted, skipped) = (run.stepsInterrupted, run.stepsNotBegun)
        let cases =
            run.results.map { testCase($0) }
            + interrupted.map {
                testCase($0.name, of: $0.component, "<error message=\"interrupted\"/>")
            }
            + skipped.map { testCase($0, of: "", "<skipped/>") }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
              <testsuite name="\(escaped(run.requested?.scenarioName ?? ""))" \
            tests="\(cases.count)" failures="\(failed)" errors="\(unclear + interrupted.count)" \
            skipped="\(skipped.count)">
            \(cases.joined(separator: "\n"))
              </testsuite>
            </testsuites>

            """
    }

    private static func testCase(_ result: ResultRecorded) -> String {
        let message = escaped(result.errorMessage)
        let outcome =
            switch result.verdict {
            case .failed: "<failure message=\"\(message)\"/>"
            case .inconclusive: "<error message=\"\(message)\"/>"
            case .passed, .none: ""
            }
        return testCase(
            result.testName, of: result.component, outcome,
            seconds: Double(result.executionTimeUs) / 1_000_000)
    }

    private static func testCase(
        _ name: String, of component: String, _ outcome: String, seconds: Double = 0
    ) -> String {
        "    <testcase classname=\"\(escaped(component))\" name=\"\(escaped(name))\" "
            + "time=\"\(seconds)\">\(outcome)</testcase>"
    }

    private static func escaped(_ text: String) -> String {
        text.printable().replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
