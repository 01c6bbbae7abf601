internal import ArgumentParser
package import Reporting

extension Console {
    /// Says which files were written, and what there is to say of them.
    ///
    /// - Parameters:
    ///   - json: for a machine.
    ///   - failsOnBreach: whether a breach is no success.
    /// - Throws: the exit code, unless all is well.
    package func finish(
        _ result: ReportResult, of report: any RenderableReport, json: Bool, failsOnBreach: Bool
    ) throws {
        let lines = result.lines.map { $0 + "\n" }.joined()
        try tell(json ? result.json + [UInt8(ascii: "\n")] : Array(lines.utf8))
        if let notSealed = result.notSealed { complain(notSealed) }
        if let emptiness = result.emptiness { complain(emptiness) }
        if failsOnBreach && report.isBreached { throw ExitCode(ReportExit.breach) }
        if report.isEmpty { throw ExitCode(ReportExit.nothingFound) }
    }
}
