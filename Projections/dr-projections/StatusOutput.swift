import EventLog
import Projections

/// What tables show, for people and for programs.
struct StatusOutput {
    private let tables: [ViewStatus]
    /// The last position of the log.
    private let head: UInt64

    init(_ views: [any ReadModel.Type], _ store: ViewStore, _ reader: EventReader) throws {
        tables = try views.map { try store.status(of: $0) }
        head = try reader.head().position
    }

    func print(asJSON: Bool) throws {
        if asJSON { return try tell(document + Array("\n".utf8)) }
        for line in lines { try tell(line) }
    }

    /// One for each table, with the same things below each other.
    private var lines: [String] {
        let names = Self.column(tables.map(\.view), isNumber: false)
        let versions = Self.column(tables.map { "\($0.version)" })
        let positions = Self.column(tables.map { "\($0.position)" })
        let rows = Self.column(tables.map { "\($0.rows)" })
        return tables.indices.map { index in
            "\(names[index])  version \(versions[index])  position \(positions[index]) of \(head)"
                + "  rows \(rows[index])  digest \(tables[index].digest)"
        }
    }

    /// Texts of one width: words begin and numbers end below each other.
    private static func column(_ texts: [String], isNumber: Bool = true) -> [String] {
        let width = texts.map(\.count).max() ?? 0
        return texts.map { text in
            let blanks = String(repeating: " ", count: width - text.count)
            return isNumber ? blanks + text : text + blanks
        }
    }

    private var document: [UInt8] {
        let list = Array(tables.map(\.json).joined(separator: Array(",".utf8)))
        return Array(#"{"head":\#(head),"tables":["#.utf8) + list + Array("]}".utf8)
    }
}
