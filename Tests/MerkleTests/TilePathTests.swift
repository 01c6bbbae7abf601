import Testing

@testable import Merkle

struct TilePathTests {
    @Test(arguments: TilePathVectors.published.entries)
    func thePathOfTheEntriesOfALeafIsThePublishedOne(_ vector: TilePathVectors.Entries) throws {
        let tile = TilePath.entries(holding: vector.index, inLogOfSize: vector.logSize)
        #expect(tile.description == vector.path)
        #expect(TilePath(vector.path) == tile)
    }

    @Test(arguments: TilePathVectors.published.tiles)
    func thePathOfATileIsThePublishedOne(_ vector: TilePathVectors.Tile) {
        let tile = TilePath(
            content: .hashes(level: vector.level), index: vector.index,
            partialWidth: vector.partial == 0 ? nil : vector.partial)
        #expect(tile.description == vector.path)
        #expect(TilePath(vector.path) == tile)
    }

    @Test(arguments: TilePathVectors.published.invalidIndexes)
    func aPublishedInvalidIndexIsRefused(_ index: String) {
        #expect(TilePath("tile/0/\(index)") == nil)
        #expect(TilePath("tile/entries/\(index)") == nil)
    }

    @Test(arguments: TilePathVectors.published.invalidLevels)
    func aPublishedInvalidLevelIsRefused(_ level: String) {
        #expect(TilePath("tile/\(level)/000") == nil)
    }

    /// A level is a log of its own, 256 times smaller than the one below: its tiles are full up
    /// to the published number, and the one after them has the published width.
    @Test(arguments: TilePathVectors.published.counts)
    func theNumberOfTilesOfEachLevelIsThePublishedOne(_ vector: TilePathVectors.Counts) {
        let size = vector.treeSize
        #expect(TilePath.partialWidth(level: 0, size: size) == vector.level0PartialWidth)
        #expect(TilePath.partialWidth(level: 1, size: size) == vector.level1PartialWidth)
        #expect(TilePath.partialWidth(level: 2, size: size) == vector.level2PartialWidth)
        for (level, full) in [(0, vector.level0Full), (1, vector.level1Full ?? 0)] {
            let count = size >> UInt64(8 * level)
            for index in 0..<full {
                let tile = TilePath.entries(holding: index * 256, inLogOfSize: count)
                #expect(tile.partialWidth == nil, "tile \(index) of level \(level)")
            }
            if full * 256 == count { continue }
            let last = TilePath.entries(holding: full * 256, inLogOfSize: count)
            #expect(last.partialWidth == TilePath.partialWidth(level: level, size: size))
        }
    }

    @Test(arguments: [0, 1, 999, 1000, 999_999, 1_000_000, 72_057_594_037_927_935] as [UInt64])
    func everyPathIsReadBack(index: UInt64) {
        for level in [0, 1, 7, 63] {
            for width in [nil, 1, 255] {
                let tile = TilePath(
                    content: .hashes(level: level), index: index, partialWidth: width)
                #expect(TilePath(tile.description) == tile)
            }
        }
        let entries = TilePath(content: .entries, index: index)
        #expect(TilePath(entries.description) == entries)
    }

    @Test(arguments: [
        "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tiles/0/000", "tile/0/000/",
        "tile/00/000", "tile/-1/000", "tile/+1/000", "tile/Entries/000", "tile/0/0", "tile/0/0000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/+1",
        "tile/0/000.p/1/", "tile/0/x000/000", "tile/0/x000/001", "tile/0/000/001",
        "tile/0/X001/000", "tile/0/xx001/000", "tile/0/+01", "tile/0/-00", "tile/0/ 00",
        "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/.p/1", "tile/../000",
    ])
    func aPathOfAnotherSpellingIsRefused(_ path: String) {
        #expect(TilePath(path) == nil)
    }

    @Test func aLevelAboveTheEighthIsAlwaysEmpty() {
        for level in 8...63 {
            #expect(TilePath.partialWidth(level: level, size: .max) == nil, "level \(level)")
        }
        #expect(TilePath.partialWidth(level: 7, size: .max) == 255)
    }
}

struct TilePathVectors: Decodable {
    static let published: TilePathVectors = VectorFile.load("tlog_tiles_paths")

    struct Entries: Decodable, CustomTestStringConvertible {
        let index: UInt64
        let logSize: UInt64
        let path: String

        enum CodingKeys: String, CodingKey {
            case index, path
            case logSize = "log_size"
        }

        var testDescription: String { "leaf \(index) of \(logSize)" }
    }

    struct Tile: Decodable, CustomTestStringConvertible {
        let level: Int
        let index: UInt64
        let partial: Int
        let path: String

        var testDescription: String { path }
    }

    struct Counts: Decodable, CustomTestStringConvertible {
        let treeSize: UInt64
        let level0Full: UInt64
        let level0PartialWidth: Int?
        let level1Full: UInt64?
        let level1PartialWidth: Int?
        let level2PartialWidth: Int?

        enum CodingKeys: String, CodingKey {
            case treeSize = "tree_size"
            case level0Full = "level0_full"
            case level0PartialWidth = "level0_partial_width"
            case level1Full = "level1_full"
            case level1PartialWidth = "level1_partial_width"
            case level2PartialWidth = "level2_partial_width"
        }

        var testDescription: String { "size \(treeSize)" }
    }

    let entries: [Entries]
    let tiles: [Tile]
    let invalidIndexes: [String]
    let invalidLevels: [String]
    let counts: [Counts]

    enum CodingKeys: String, CodingKey {
        case entries = "entries_path_for_index"
        case tiles = "tile_path"
        case invalidIndexes = "invalid_tile_index_paths"
        case invalidLevels = "invalid_levels"
        case counts = "tile_counts"
    }
}
