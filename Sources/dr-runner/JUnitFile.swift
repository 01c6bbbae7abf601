import DRTesting
import Engine
import Foundation

/// The results of a run as JUnit XML, for the machines that collect test results.
enum JUnitFile {
    static func write(_ report: RunReport, to path: String) throws {
        do {
            try Data(xml(report).utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw RunnerError(
                .internal, "--junit \(path) cannot be written: \(error.localizedDescription)")
        }
    }

    static func xml(_ report: RunReport) -> String {
        let results = report.run.results
        let suite = escaped(report.run.requested?.scenarioName ?? "")
        let failed = results.count { $0.verdict == .failed }
        let unclear = results.count { $0.verdict == .inconclusive }
        let cases = results.map { result in
            let seconds = Double(result.executionTimeUs) / 1_000_000
            let open =
                "    <testcase classname=\"\(escaped(result.component))\" "
                + "name=\"\(escaped(result.testName))\" time=\"\(seconds)\">"
            let message = escaped(result.errorMessage)
            switch result.verdict {
            case .failed: return open + "<failure message=\"\(message)\"/></testcase>"
            case .inconclusive: return open + "<error message=\"\(message)\"/></testcase>"
            case .passed, .none: return open + "</testcase>"
            }
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
              <testsuite name="\(suite)" tests="\(results.count)" failures="\(failed)" \
            errors="\(unclear)">
            \(cases.joined(separator: "\n"))
              </testsuite>
            </testsuites>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.printable().replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
