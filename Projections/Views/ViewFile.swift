internal import FoundationEssentials
internal import LMDB
internal import Merkle

/// The file of the views: rows of any generation of any view, and heads that say which generation
/// is the one to read.
final class ViewFile: Sendable {
    private static let batchSize = 5000

    private let environment: Environment
    private let rows: Database
    private let heads: Database

    init(_ directory: String) throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var options = Environment.Options()
        options.noSync = true
        // After a restart the second of two programs must not throw away what the first one has
        // just opened: they would share a file, and not its locks.
        environment = try OpeningLock.held(in: directory) { [options] in
            try Self.discardAfterRestart(directory)
            return try Environment(path: directory, options: options)
        }
        let databases = try environment.openDatabases(
            [.init("rows"), .init("heads")], create: true)
        (rows, heads) = (databases[0], databases[1])
    }

    private static func discardAfterRestart(_ directory: String) throws {
        let files = FileManager.default
        let boot = files.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        let mark = directory + "/boot"
        if files.contents(atPath: mark) == boot { return }
        for file in ["data.mdb", "lock.mdb"] where files.fileExists(atPath: "\(directory)/\(file)")
        {
            try files.removeItem(atPath: "\(directory)/\(file)")
        }
        // Half a mark fits no boot, and throws away what is made anew.
        let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard files.createFile(atPath: mark, contents: boot, attributes: owner) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    // MARK: Reading

    func head(of view: any ReadModel.Type) throws -> ViewHead? {
        try environment.read { try storedHead(of: view, in: $0) }
    }

    private func storedHead(
        of view: any ReadModel.Type, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> ViewHead? {
        try transaction.value(for: .bytes(ViewKey.head(view)), in: heads)
            .flatMap { ViewHead(stored: $0) }
    }

    /// Goes through the rows of a view in the order of their keys, in one snapshot with the head.
    ///
    /// - Parameters:
    ///   - kind: of the rows; `nil`: all.
    ///   - begin: gets the head, before all rows.
    func forEachRow(
        of view: any ReadModel.Type, kind: UInt8? = nil, begin: (ViewHead) -> Void = { _ in },
        row body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void
    ) throws -> ViewHead? {
        try environment.read { transaction in
            guard let head = try storedHead(of: view, in: transaction) else { return nil }
            begin(head)
            let generation = ViewKey.generation(head.generation, of: view)
            let start = generation + (kind.map { [$0] } ?? [])
            try transaction.forEach(in: rows, from: .bytes(start)) { key, value in
                guard case .bytes(let bytes) = key, bytes.starts(with: start) else { return .stop }
                try body(
                    Array(bytes.dropFirst(generation.count)),
                    value.withUnsafeBytes { Array($0) })
                return .continue
            }
            return head
        }
    }

    /// The rows of a generation after a key, in the order of their keys: about `size` bytes of
    /// them, and one at least. None after the last.
    func page(
        of view: any ReadModel.Type, generation: UInt64, after key: [UInt8], size: Int
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        let prefix = ViewKey.generation(generation, of: view)
        return try environment.read { transaction in
            var found: [(key: [UInt8], value: [UInt8])] = []
            var count = 0
            try transaction.forEach(in: rows, from: .bytes(prefix + key)) { stored, value in
                guard case .bytes(let bytes) = stored, bytes.starts(with: prefix) else {
                    return .stop
                }
                let own = Array(bytes.dropFirst(prefix.count))
                if own == key { return .continue }
                found.append((key: own, value: value.withUnsafeBytes { Array($0) }))
                count += own.count + value.byteCount
                return count < size ? .continue : .stop
            }
            return found
        }
    }

    /// Goes through the rows of a table beside one of them, in one snapshot with the head.
    ///
    /// - Parameters:
    ///   - id: of the row where others went before; `nil`: from the first row, or the newest.
    ///   - body: gets the id and the JSON of each, and answers whether to go on.
    func forEachRow(
        of view: any ReadModel.Type, after id: UInt64?, newestFirst: Bool,
        _ body: (_ id: UInt64, _ json: [UInt8]) throws -> Bool
    ) throws -> ViewHead? {
        try environment.read { transaction in
            guard let head = try storedHead(of: view, in: transaction) else { return nil }
            let prefix = ViewKey.generation(head.generation, of: view) + [RowKey.row]
            let start = Key.bytes(prefix + RowKey.bigEndian(id ?? (newestFirst ? .max : 0)))
            let direction = newestFirst ? ScanDirection.backward : .forward
            try transaction.forEach(in: rows, from: start, direction: direction) { key, value in
                guard case .bytes(let bytes) = key, bytes.starts(with: prefix) else {
                    return .stop
                }
                let own = RowKey.number(bytes.dropFirst(prefix.count))
                if own == id { return .continue }
                let goesOn = try body(own, value.withUnsafeBytes { Array($0) })
                return goesOn ? .continue : .stop
            }
            return head
        }
    }

    /// One row of a table.
    func row(_ id: UInt64, of view: any ReadModel.Type) throws -> [UInt8]? {
        try environment.read { transaction in
            guard let head = try storedHead(of: view, in: transaction) else { return nil }
            let key = ViewKey.generation(head.generation, of: view) + RowKey.row(id)
            return try transaction.value(for: .bytes(key), in: rows)
        }
    }

    /// The rows of a test after an id, in the order of their ids: about `size` bytes of them, and
    /// one at least. None after the last.
    func rows(
        ofTest test: UInt64, of view: any ReadModel.Type, after id: UInt64, size: Int
    ) throws -> [(id: UInt64, json: [UInt8])] {
        try environment.read { transaction in
            guard let head = try storedHead(of: view, in: transaction) else { return [] }
            let generation = ViewKey.generation(head.generation, of: view)
            let prefix = generation + [RowKey.index] + RowKey.bigEndian(test)
            let start = Key.bytes(prefix + RowKey.bigEndian(id))
            var found: [(id: UInt64, json: [UInt8])] = []
            var count = 0
            try transaction.forEach(in: rows, from: start) { key, _ in
                guard case .bytes(let bytes) = key, bytes.starts(with: prefix) else {
                    return .stop
                }
                let own = RowKey.number(bytes.dropFirst(prefix.count))
                let place = Key.bytes(generation + RowKey.row(own))
                guard own > id, let json = try transaction.value(for: place, in: rows) else {
                    return .continue
                }
                found.append((id: own, json: json))
                count += json.count
                return count < size ? .continue : .stop
            }
            return found
        }
    }

    func value(_ key: [UInt8]) throws -> [UInt8]? {
        try environment.read { try $0.value(for: .bytes(key), in: rows) }
    }

    /// See `StoredRows.rows`.
    func oldRows(
        of generation: [UInt8], from id: UInt64, recordedBefore time: UInt64
    ) throws -> (rows: [AddedRows.Row], areYoungerLeft: Bool) {
        let rowPrefix = generation + [RowKey.row]
        return try environment.read { transaction in
            var found: [AddedRows.Row] = []
            var areYoungerLeft = false
            let start = Key.bytes(generation + RowKey.row(id))
            try transaction.forEach(in: rows, from: start) { key, value in
                guard case .bytes(let bytes) = key, bytes.starts(with: rowPrefix) else {
                    return .stop
                }
                let id = RowKey.number(bytes.dropFirst(rowPrefix.count))
                let json = value.withUnsafeBytes { Array($0) }
                guard let test = AddedRows.test(ofRow: json) else { return .continue }
                let index = generation + RowKey.index(test: test, row: id)
                let recorded = try transaction.value(for: .bytes(index), in: rows)
                    .map { RowKey.number($0) }
                areYoungerLeft = recorded ?? 0 >= time
                if areYoungerLeft { return .stop }
                found.append(
                    AddedRows.Row(id: id, test: test, recorded: recorded ?? 0, place: 0..<0))
                return .continue
            }
            return (found, areYoungerLeft)
        }
    }

    // MARK: Writing

    /// Gives each view a generation that nobody else writes, nor ever did.
    func claimGenerations(of views: [any ReadModel.Type]) throws -> [UInt64] {
        try environment.write { transaction in
            var claimed: [UInt64] = []
            for view in views {
                let key = Key.bytes(ViewKey.claim(view))
                let last = try transaction.value(for: key, in: heads).map { RowKey.number($0) }
                let current = try storedHead(of: view, in: transaction)?.generation
                claimed.append(max(last ?? 0, current ?? 0) + 1)
                try transaction.put(RowKey.bigEndian(claimed.last!), for: key, in: heads)
            }
            try transaction.commit()
            return claimed
        }
    }

    /// Stores what was folded into generations that are not read yet.
    func write(_ fold: Fold, generations: [UInt64]) throws {
        try environment.write { transaction in
            for (index, generation) in generations.enumerated() {
                try write(
                    fold.tables[index], of: ViewKey.generation(generation, of: fold.views[index]),
                    in: transaction)
            }
            try transaction.commit()
        }
    }

    /// Stores rows as they are, in a generation that is not read yet.
    func write(
        _ stored: ArraySlice<(key: [UInt8], value: [UInt8])>, generation: UInt64,
        of view: any ReadModel.Type
    ) throws {
        let prefix = ViewKey.generation(generation, of: view)
        try environment.write { transaction in
            for row in stored {
                try transaction.put(row.value, for: .bytes(prefix + row.key), in: rows)
            }
            try transaction.commit()
        }
    }

    /// Folds on from the heads, and stores rows and heads together.
    ///
    /// - Parameter body: folds, and gives the position it came to and the root there.
    /// - Returns: `false` if somebody else was faster: nothing was written.
    func advance(
        _ fold: inout Fold, from expected: [ViewHead],
        _ body: (inout Fold) throws -> (position: UInt64, root: MerkleHash)
    ) throws -> Bool {
        try environment.write { transaction in
            for (index, view) in fold.views.enumerated() {
                guard try storedHead(of: view, in: transaction) == expected[index] else {
                    return false
                }
            }
            let (position, root) = try body(&fold)
            for (index, view) in fold.views.enumerated() {
                let old = expected[index]
                try write(
                    fold.tables[index], of: ViewKey.generation(old.generation, of: view),
                    in: transaction)
                let head = ViewHead(
                    generation: old.generation, position: position, root: root, logID: old.logID)
                try transaction.put(head.stored, for: .bytes(ViewKey.head(view)), in: heads)
            }
            try transaction.commit()
            return true
        }
    }

    /// Shows new generations to readers, unless somebody else has shown younger ones.
    func show(_ new: [ViewHead], of views: [any ReadModel.Type]) throws {
        try environment.write { transaction in
            for (view, head) in zip(views, new) {
                let current = try storedHead(of: view, in: transaction)
                if let current, current.generation > head.generation { continue }
                try transaction.put(head.stored, for: .bytes(ViewKey.head(view)), in: heads)
            }
            try transaction.commit()
        }
    }

    private func write(
        _ table: RowTable, of generation: [UInt8], in transaction: borrowing WriteTransaction
    ) throws {
        var key = RowKeyBuffer(generation)
        for row in table.dropped {
            try transaction.remove(.bytes(key.row(row.id)), in: rows)
            try transaction.remove(.bytes(key.index(test: row.test, row: row.id)), in: rows)
        }
        for row in table.added.byTest {
            let place = Key.bytes(key.index(test: row.test, row: row.id))
            try withUnsafeBytes(of: row.recorded.bigEndian) { recorded in
                try transaction.put(recorded.bytes, for: place, in: rows)
            }
        }
        let bytes = table.added.bytes
        for row in table.added.rows {
            let json = bytes.span.bytes.extracting(row.place)
            try transaction.put(json, for: .bytes(key.row(row.id)), in: rows)
        }
        for (changed, value) in table.changes {
            let key = Key.bytes(generation + changed)
            if let value {
                try transaction.put(value, for: key, in: rows)
            } else {
                try transaction.remove(key, in: rows)
            }
        }
    }

    /// Removes the rows of generations before one, at most 5,000 at a time.
    func removeRows(of view: any ReadModel.Type, before generation: UInt64) throws {
        let all = ViewKey.prefix(view)
        var isDone = false
        while !isDone {
            isDone = try environment.write { transaction in
                var keys: [Key] = []
                try transaction.forEach(in: rows, from: .bytes(all)) { key, _ in
                    guard case .bytes(let bytes) = key, bytes.starts(with: all),
                        RowKey.number(bytes.dropFirst(all.count).prefix(8)) < generation
                    else { return .stop }
                    keys.append(key)
                    return keys.count < Self.batchSize ? .continue : .stop
                }
                for key in keys { try transaction.remove(key, in: rows) }
                try transaction.commit()
                return keys.count < Self.batchSize
            }
        }
    }
}
