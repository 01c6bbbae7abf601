internal import DRTesting
internal import EventLog
internal import HTTPAPI
internal import Projections

/// The tables that the pages show, up to date with the log. Every call blocks.
struct Tables {
    let views: ViewStore
    let reader: EventReader

    init(_ views: ViewStore, _ reader: EventReader) throws {
        (self.views, self.reader) = (views, reader)
        try views.catchUp(Views.all)
    }

    /// Of a table that stays small.
    func all(_ view: any ReadModel.Type) throws -> [Row] {
        try views.table(view).rows.compactMap { Row(json: $0) }
    }

    func newest(
        _ view: any ReadModel.Type, _ limit: Int, where filter: RowFilter = RowFilter()
    ) throws -> [Row] {
        try views.page(of: view, limit: limit, newestFirst: true, where: filter).rows
            .compactMap { Row(json: $0) }
    }

    func row(_ id: UInt64, of view: any ReadModel.Type) throws -> Row? {
        try views.row(id, of: view).flatMap { Row(json: $0) }
    }

    /// Rows of one test, in their order, and whether there are more of them.
    func rows(
        ofTest test: UInt64, of view: any ReadModel.Type, limit: Int
    ) throws -> (rows: [Row], areMore: Bool) {
        var found: [Row] = []
        var last: UInt64 = 0
        while true {
            let part = try views.rows(ofTest: test, of: view, after: last)
            guard let end = part.last else { return (found, false) }
            for row in part {
                if found.count == limit { return (found, true) }
                if let row = Row(json: row.json) { found.append(row) }
            }
            last = end.id
        }
    }

    /// What waits for somebody, for the frame of every page.
    func counts() throws -> Shell.Counts {
        var open = RowFilter()
        open.require("status", oneOf: ["open"])
        var unseen = RowFilter()
        unseen.require("acknowledged_at", isNull: true)
        return Shell.Counts(
            position: try reader.head().position,
            findings: try newest(FindingsView.self, 100, where: open).count,
            alerts: try newest(AlertsView.self, 100, where: unseen).count)
    }
}
