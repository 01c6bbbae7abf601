import Testing

@testable import EventLog

/// What may be damaged in which page: one row for each field.
enum PageDamageTable {
    /// Where the changed field stands, from the beginning of the page or of an entry.
    enum Place: Sendable {
        case meta, otherMeta, branch, leaf, overflow
        /// The record of the events in the catalogue.
        case record
        case branchEntry, leafEntry
        /// Where a leaf says on which page a long event begins.
        case longEvent
        /// The number of a commit in the free list, and the pages it freed.
        case freedBy, freed
    }

    struct Row: Sendable {
        let name: String
        private let place: Place
        private let change: @Sendable (inout LogBytes, UInt64, Int) throws -> Void

        init<Value: FixedWidthInteger & BitwiseCopyable & Sendable>(
            _ place: Place, _ field: String, at offset: Int,
            _ body: @escaping @Sendable (inout Value) -> Void
        ) {
            (name, self.place) = ("\(place): \(field)", place)
            change = { try $0.change($1, at: $2 + offset, body) }
        }

        /// - Returns: the page that must be named.
        func damage(_ file: inout LogBytes) throws -> UInt64 {
            let (page, offset) = try file.find(place)
            try change(&file, page, offset)
            return page
        }
    }

    static let rows = metaPages + records + branches + leaves + longEvents + freeList

    private static let metaPages = [
        Row(.meta, "magic", at: 16) { (magic: inout UInt32) in magic ^= 1 },
        Row(.meta, "version", at: 20) { (version: inout UInt32) in version = 2 },
        Row(.meta, "address", at: 24) { (address: inout UInt64) in address = 4096 },
        Row(.meta, "map size", at: 32) { (size: inout UInt64) in size = 8192 },
        Row(.meta, "page size", at: 40) { (size: inout UInt32) in size = 1000 },
        Row(.meta, "flags of the free list", at: 44) { (flags: inout UInt16) in flags = 0 },
        Row(.meta, "entries of the free list", at: 72) { (count: inout UInt64) in count += 1 },
        Row(.meta, "root of the free list", at: 80) { (page: inout UInt64) in page = 1 << 60 },
        Row(.meta, "flags of the catalogue", at: 92) { (flags: inout UInt16) in flags = 4 },
        Row(.meta, "depth of the catalogue", at: 94) { (depth: inout UInt16) in depth = 33 },
        Row(.meta, "leaves of the catalogue", at: 104) { (count: inout UInt64) in count = 0 },
        Row(.meta, "root of the catalogue", at: 128) { (page: inout UInt64) in page = 1 },
        Row(.meta, "no root of the catalogue", at: 128) { (page: inout UInt64) in page = .max },
        Row(.meta, "last page", at: 136) { (page: inout UInt64) in page = .max },
        Row(.meta, "commit of the other page", at: 144) { (commit: inout UInt64) in commit += 1 },
        Row(.meta, "commit long ago", at: 144) { (commit: inout UInt64) in commit -= 2 },
        Row(.meta, "commit to come", at: 144) { (commit: inout UInt64) in commit += 1 << 40 },
        Row(.otherMeta, "passes for the last", at: 144) { (commit: inout UInt64) in commit += 2 },
        Row(.otherMeta, "magic", at: 16) { (magic: inout UInt32) in magic = 0 },
        Row(.otherMeta, "page size", at: 40) { (size: inout UInt32) in size = 1 << 20 },
    ]

    private static let records = [
        Row(.record, "padding", at: 0) { (padding: inout UInt32) in padding = 8 },
        Row(.record, "flags", at: 4) { (flags: inout UInt16) in flags = 12 },
        Row(.record, "no depth", at: 6) { (depth: inout UInt16) in depth = 0 },
        Row(.record, "depth", at: 6) { (depth: inout UInt16) in depth = .max },
        Row(.record, "branches", at: 8) { (count: inout UInt64) in count += 1 },
        Row(.record, "leaves", at: 16) { (count: inout UInt64) in count = .max },
        Row(.record, "overflow pages", at: 24) { (count: inout UInt64) in count -= 1 },
        Row(.record, "entries", at: 32) { (count: inout UInt64) in count -= 1 },
        Row(.record, "root", at: 40) { (page: inout UInt64) in page = 0 },
        Row(.record, "no root", at: 40) { (page: inout UInt64) in page = .max },
    ]

    private static let branches = [
        Row(.branch, "kind", at: 10) { (flags: inout UInt16) in flags = 2 },
        Row(.branch, "dirty", at: 10) { (flags: inout UInt16) in flags |= 0x10 },
        Row(.branch, "odd end of the places", at: 12) { (lower: inout UInt16) in lower += 1 },
        Row(.branch, "one entry less", at: 12) { (lower: inout UInt16) in lower -= 2 },
        Row(.branch, "one entry only", at: 12) { (lower: inout UInt16) in lower = 18 },
        Row(.branch, "places beyond the page", at: 12) { (lower: inout UInt16) in lower = .max },
        Row(.branch, "start of the entries", at: 14) { (upper: inout UInt16) in upper -= 2 },
        Row(.branch, "entries beyond the page", at: 14) { (upper: inout UInt16) in upper = .max },
        Row(.branch, "place of an entry", at: 18) { (place: inout UInt16) in place += 2 },
        Row(.branch, "odd place of an entry", at: 18) { (place: inout UInt16) in place += 1 },
        Row(.branch, "place beyond the page", at: 18) { (place: inout UInt16) in place = .max },
        Row(.branch, "exchanged entries", at: 18) { (places: inout UInt32) in
            places = places << 16 | places >> 16
        },
        Row(.branchEntry, "page below", at: 0) { (low: inout UInt16) in low = .max },
        Row(.branchEntry, "meta page below", at: 0) { (low: inout UInt16) in low = 1 },
        Row(.branchEntry, "page far below", at: 4) { (high: inout UInt16) in high = 1 },
        Row(.branchEntry, "size of a key", at: 6) { (size: inout UInt16) in size = 10 },
        Row(.branchEntry, "endless key", at: 6) { (size: inout UInt16) in size = .max },
        Row(.branchEntry, "key", at: 8) { (key: inout UInt64) in key = .max },
    ]

    private static let leaves = [
        Row(.leaf, "number", at: 0) { (number: inout UInt64) in number += 1 },
        Row(.leaf, "kind", at: 10) { (flags: inout UInt16) in flags = 1 },
        Row(.leaf, "no entries", at: 12) { (lower: inout UInt16) in lower = 16 },
        Row(.leaf, "exchanged entries", at: 16) { (places: inout UInt32) in
            places = places << 16 | places >> 16
        },
        Row(.leaf, "one entry twice", at: 16) { (places: inout UInt32) in
            places = places << 16 | places & 0xffff
        },
        Row(.leafEntry, "size of the value", at: 0) { (low: inout UInt16) in low += 2 },
        Row(.leafEntry, "value beyond the page", at: 2) { (high: inout UInt16) in high = .max },
        Row(.leafEntry, "database", at: 4) { (flags: inout UInt16) in flags = 2 },
        Row(.leafEntry, "many values", at: 4) { (flags: inout UInt16) in flags = 4 },
        Row(.leafEntry, "size of a key", at: 6) { (size: inout UInt16) in size = 7 },
        Row(.leafEntry, "no key", at: 6) { (size: inout UInt16) in size = 0 },
        Row(.leafEntry, "smaller key", at: 8) { (key: inout UInt64) in key = 0 },
        Row(.leafEntry, "greater key", at: 8) { (key: inout UInt64) in key += 1 << 32 },
    ]

    private static let longEvents = [
        Row(.longEvent, "page", at: 0) { (page: inout UInt64) in page = .max },
        Row(.longEvent, "meta page", at: 0) { (page: inout UInt64) in page = 0 },
        Row(.overflow, "number", at: 0) { (number: inout UInt64) in number ^= 1 },
        Row(.overflow, "kind", at: 10) { (flags: inout UInt16) in flags = 2 },
        Row(.overflow, "no pages", at: 12) { (count: inout UInt32) in count = 0 },
        Row(.overflow, "too few pages", at: 12) { (count: inout UInt32) in count -= 1 },
        Row(.overflow, "too many pages", at: 12) { (count: inout UInt32) in count = .max },
    ]

    private static let freeList = [
        Row(.freedBy, "commit 0", at: 0) { (commit: inout UInt64) in commit = 0 },
        Row(.freedBy, "commit to come", at: 0) { (commit: inout UInt64) in commit += 1 << 40 },
        Row(.freed, "more pages", at: 0) { (count: inout UInt64) in count += 1 },
        Row(.freed, "endless pages", at: 0) { (count: inout UInt64) in count = .max },
        Row(.freed, "meta page", at: 8) { (page: inout UInt64) in page = 1 },
        Row(.freed, "page that is not there", at: 8) { (page: inout UInt64) in page += 1 << 20 },
        Row(.freed, "exchanged pages", at: 8) { (pages: inout UInt128) in
            pages = pages << 64 | pages >> 64
        },
        Row(.freed, "the same page twice", at: 8) { (pages: inout UInt128) in
            pages = pages << 64 | pages & UInt128(UInt64.max)
        },
    ]
}

extension LogBytes {
    fileprivate func find(_ place: PageDamageTable.Place) throws -> (page: UInt64, offset: Int) {
        switch place {
        case .meta: return (meta.number, 0)
        case .otherMeta: return (1 - meta.number, 0)
        case .record: return (try record(of: "events").page, try record(of: "events").offset)
        case .branch: return (try branch().page, 0)
        case .branchEntry: return (try branch().page, try branch().nodes[1].extent.lowerBound)
        case .leaf: return (try leaf().page, 0)
        case .leafEntry: return (try leaf().page, try leaf().nodes[1].extent.lowerBound)
        case .overflow: return (try longEvent().first, 0)
        case .longEvent: return (try longEvent().leaf, try longEvent().offset)
        case .freedBy: return (try freed().page, try freed().key)
        case .freed: return (try freed().page, try freed().value.lowerBound)
        }
    }
}
