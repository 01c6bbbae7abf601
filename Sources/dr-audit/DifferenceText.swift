import DRTesting
import Projections
import Wire

/// What became of a table between two moments, in words and as JSON.
struct DifferenceText {
    let view: String
    let difference: TableDifference

    /// A row that came has `+`, one that went `-`, a changed one `~` and its fields below it.
    var lines: [String] {
        let counts = [
            "\(difference.added.count) added", "\(difference.removed.count) removed",
            "\(difference.changed.count) changed",
        ]
        var lines = ["\(view): \(counts.joined(separator: ", "))"]
        lines += difference.added.map { "+ \(Self.text($0))" }
        lines += difference.removed.map { "- \(Self.text($0))" }
        for change in difference.changed {
            lines.append("~ \(Self.name(of: change.row))")
            lines += change.fields.map {
                "    \($0.name): \(Self.text($0.before)) → \(Self.text($0.after))"
            }
        }
        return lines
    }

    /// Its id, or without one the texts that it begins with.
    private static func name(of row: [UInt8]) -> String {
        let members = RowMembers.of(row)
        let names =
            members.first?.name == "id"
            ? members.prefix(1) : members.prefix { $0.value.first == UInt8(ascii: "\"") }
        return names.map { "\($0.name) \(text($0.value))" }.joined(separator: ", ")
    }

    private static func text(_ json: [UInt8]) -> String {
        String(decoding: json, as: UTF8.self).printable()
    }

    func write(to writer: inout JSONWriter) {
        writer.object { table in
            table.name("view")
            table.string(view)
            table.name("added")
            table.array { list in for row in difference.added { list.json(row) } }
            table.name("removed")
            table.array { list in for row in difference.removed { list.json(row) } }
            table.name("changed")
            table.array { list in
                for change in difference.changed { Self.write(change, to: &list) }
            }
        }
    }

    private static func write(_ change: TableDifference.Change, to writer: inout JSONWriter) {
        writer.object { object in
            object.name("row")
            object.json(change.row)
            object.name("fields")
            object.array { list in
                for field in change.fields {
                    list.object { values in
                        values.name("name")
                        values.string(field.name)
                        values.name("before")
                        values.json(field.before)
                        values.name("after")
                        values.json(field.after)
                    }
                }
            }
        }
    }
}
