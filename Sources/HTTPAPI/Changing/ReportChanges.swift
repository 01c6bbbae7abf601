internal import DRTesting
internal import EventLog
internal import HTTPTypes
internal import Reporting
internal import Service

/// Makes reports.
struct ReportChanges: Sendable {
    private let maker: ReportMaker
    private let reading: ReadingService
    private let clock: LogClock

    init(_ parts: APIParts, _ reading: ReadingService) {
        maker = ReportMaker(
            store: parts.store, catalog: parts.catalog, toolVersion: parts.settings.toolVersion)
        (self.reading, clock) = (reading, parts.clock)
    }

    func generate(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        let fields = try ReportFields(request.body, now: clock.now())
        let report: ReportGenerated
        do {
            report = try await maker.make(fields.order(by: request.caller.subject))
        } catch {
            throw Self.told(error)
        }
        guard let row = try await reading.row(report.id, of: .reports) else {
            throw APIError.notFound("report \(report.id)")
        }
        return Answer.data(
            row, message: "report \(report.id) was generated", status: .created,
            headers: [.location: "/api/testing/reports/\(report.id)"])
    }

    /// Why there is no such report.
    private static func told(_ error: any Error) -> any Error {
        switch error {
        case let error as HistoryError where error.code == .noTest:
            APIError.notFound("such test: \(error)")
        case let error as HistoryError:
            APIError(.conflict, code: "not_ended", "\(error)")
        case let error as PDFError where error.code == .notInstalled:
            APIError.invalidFields([
                APIError.Detail(field: "formats", message: "\(error)", accepted: [])
            ])
        case let error as EventLogError:
            if case .archived = error.code {
                APIError(.conflict, code: "archived", "\(error)")
            } else {
                error
            }
        default: error
        }
    }
}
