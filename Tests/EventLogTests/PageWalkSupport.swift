import Foundation
import Testing

@testable import EventLog

/// The bytes of a log's file, which a test may change.
///
/// To find its way in them it uses the code under test: what that code makes of them once they are
/// changed is what the tests look at.
struct LogBytes {
    private(set) var bytes: [UInt8]
    let meta: MetaPage

    init(_ directory: DataDirectory) throws {
        let path = directory.log + "/data.mdb"
        bytes = Array(try Data(contentsOf: URL(filePath: path)))
        meta = try PageFile(path: path, progress: {}).commits().last
    }

    func page(_ number: UInt64) -> Page {
        let start = Int(number) * meta.pageSize
        return Page(number: number, bytes: Array(bytes[start..<start + meta.pageSize]))
    }

    mutating func change<Value: FixedWidthInteger & BitwiseCopyable>(
        _ page: UInt64, at offset: Int, _ body: (inout Value) -> Void
    ) throws {
        var value: Value = try self.page(page).integer(at: offset)
        body(&value)
        let start = Int(page) * meta.pageSize + offset
        withUnsafeBytes(of: value.littleEndian) {
            bytes.replaceSubrange(start..<start + $0.count, with: $0)
        }
    }

    /// In the file of a log that nobody has open.
    func write(to directory: DataDirectory) throws {
        try Data(bytes).write(to: URL(filePath: directory.log + "/data.mdb"))
    }

    mutating func flip(bit: Int) { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }

    mutating func replace(_ range: Range<Int>, with other: [UInt8]) {
        bytes.replaceSubrange(range, with: other)
    }

    mutating func cut(to count: Int) { bytes.removeLast(bytes.count - count) }
}

// MARK: - Where things are

extension LogBytes {
    /// The page with the records of the databases, and where in it the one of `name` stands.
    func record(of name: String) throws -> (page: UInt64, offset: Int, record: TreeRecord) {
        let root = try #require(meta.catalogue.root)
        for node in try page(root).nodes(.leaf) where node.key.elementsEqual(name.utf8) {
            guard case .tree(let record) = node.content else { break }
            return (root, node.key.endIndex, record)
        }
        throw PageDamage(root, "the log has no database '\(name)'")
    }

    /// The root of the events: a branch.
    func branch() throws -> (page: UInt64, nodes: [Node]) {
        let root = try #require(try record(of: "events").record.root)
        return (root, try page(root).nodes(.branch))
    }

    /// A leaf of the events.
    func leaf() throws -> (page: UInt64, nodes: [Node]) {
        guard case .child(let number) = try branch().nodes[1].content else {
            throw PageDamage(0, "the second entry of the branch leads nowhere")
        }
        return (number, try page(number).nodes(.leaf))
    }

    /// The leaf that leads to a long event, where in it that stands, and the page it leads to.
    func longEvent() throws -> (leaf: UInt64, offset: Int, first: UInt64) {
        for (number, kind) in try pagesInUse() where kind == .leaf {
            for node in try page(number).nodes(.leaf) {
                if case .overflow(let first, _) = node.content {
                    return (number, node.key.endIndex, first)
                }
            }
        }
        throw PageDamage(0, "no event has pages of its own")
    }

    /// The only leaf of the free list, and where its longest entry stands: the number of the commit
    /// and behind it the pages.
    func freed() throws -> (page: UInt64, key: Int, value: Range<Int>) {
        let root = try #require(meta.freeList.root)
        var longest: (page: UInt64, key: Int, value: Range<Int>)?
        for node in try page(root).nodes(.leaf) {
            guard case .value(let range) = node.content else { continue }
            if range.count > longest?.value.count ?? 0 {
                longest = (root, node.key.startIndex, range)
            }
        }
        return try #require(longest)
    }

    /// Every page with a head that the last commit uses.
    func pagesInUse() throws -> [(number: UInt64, kind: Page.Kind)] {
        var found: [(number: UInt64, kind: Page.Kind)] = [(0, .meta), (1, .meta)]
        var trees = [meta.freeList, meta.catalogue]
        while let tree = trees.popLast() {
            var level = tree.root.map { [$0] } ?? []
            for depth in 1...max(tree.depth, 1) {
                let kind: Page.Kind = depth == tree.depth ? .leaf : .branch
                let nodes = try level.flatMap { try page($0).nodes(kind) }
                found += level.map { ($0, kind) }
                level = []
                for node in nodes {
                    switch node.content {
                    case .child(let number): level.append(number)
                    case .overflow(let first, _): found.append((first, .overflow))
                    case .tree(let record): trees.append(record)
                    case .value: break
                    }
                }
            }
        }
        return found
    }
}

/// A file that is not a log's any more, in a place of its own.
final class DamagedFile {
    private let temporary = TemporaryDirectory()
    private let file: URL

    init() throws {
        let folder = DataDirectory(temporary.path).log
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        file = URL(filePath: folder + "/data.mdb")
    }

    func walk(_ bytes: [UInt8]) throws -> PageReport {
        try Data(bytes).write(to: file)
        return try PageWalker(DataDirectory(temporary.path)).walk()
    }
}

extension PageReport {
    func names(_ page: UInt64) -> Bool {
        problems.contains { $0.hasPrefix("page \(page) of data.mdb") }
    }
}

extension Fixture {
    /// A log that has pages of every kind: events on two levels, long ones, and freed pages.
    func buildLogOfManyPages(appends: Int = 12) async throws -> LogBytes {
        let store = try openStore()
        var make = EventMaker()
        for number in 1...appends {
            let events = make.events(4, size: 900) + [make.event(size: 9000, isOnce: true)]
            _ = try await store.append(events, to: "run/\(number % 3)", expecting: .any)
        }
        _ = try await store.signCheckpoint(outside: outside)
        return try LogBytes(directory)
    }
}
