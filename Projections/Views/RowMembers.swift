/// The members of a row, found in its bytes: nothing is lost by parsing it.
///
/// A row is one object as `JSONWriter` writes it, without blanks between its parts.
public enum RowMembers {
    /// Each value as it stands in the row's JSON.
    public static func of(_ row: [UInt8]) -> [(name: String, value: [UInt8])] {
        var members: [(name: String, value: [UInt8])] = []
        forEach(in: row) { name, value in
            members.append((String(decoding: row[name], as: UTF8.self), Array(row[value])))
            return true
        }
        return members
    }

    /// What stands in a member of a row: JSON. `nil` if the row has none of that name.
    public static func value(of name: String, in row: [UInt8]) -> ArraySlice<UInt8>? {
        range(of: name, in: row).map { row[$0] }
    }

    /// The row with something else in one of its members.
    ///
    /// - Parameter value: JSON.
    public static func replacing(
        _ name: String, in row: [UInt8], with value: [UInt8]
    ) -> [UInt8] {
        guard let range = range(of: name, in: row) else { return row }
        var changed = row
        changed.replaceSubrange(range, with: value)
        return changed
    }

    private static func range(of name: String, in row: [UInt8]) -> Range<Int>? {
        var found: Range<Int>?
        forEach(in: row) { member, value in
            guard name.utf8.elementsEqual(row[member]) else { return true }
            found = value
            return false
        }
        return found
    }

    /// Goes through the members of an object that was written without blanks, and not into those
    /// of its values.
    ///
    /// - Parameter body: answers whether to go on.
    static func forEach(
        in row: [UInt8], _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Bool
    ) {
        var place = 1
        while place < row.count, row[place] == quote {
            let name = place + 1..<endOfText(row, from: place) - 1
            let start = name.upperBound + 2
            guard start < row.count else { return }
            let end = endOfValue(row, from: start)
            guard end <= row.count, body(name, start..<end) else { return }
            place = end + 1
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// - Parameter start: of its first quotation mark.
    private static func endOfText(_ row: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < row.count, row[place] != quote {
            place += row[place] == backslash ? 2 : 1
        }
        return place + 1
    }

    private static func endOfValue(_ row: [UInt8], from start: Int) -> Int {
        var (place, depth) = (start, 0)
        while place < row.count {
            switch row[place] {
            case quote:
                place = endOfText(row, from: place)
                if depth == 0 { return place }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // A number or a word ends with the object around it.
                if depth == 0 { return place }
                depth -= 1
                if depth == 0 { return place + 1 }
            case UInt8(ascii: ",") where depth == 0: return place
            default: break
            }
            place += 1
        }
        return place
    }
}
