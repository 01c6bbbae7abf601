import DRTesting
import Foundation
import Testing

@testable import Service

/// Time zones from the files of a machine.
struct ZoneFilesTests {
    /// A folder with one zone, and something beside it.
    private final class Folder: Sendable {
        let path: String

        init() throws {
            path = "\(FileManager.default.temporaryDirectory.path)/zones-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: path + "/zones/Etc/Leaf", withIntermediateDirectories: true)
            try write(Self.tokyo, to: "zones/Etc/Test")
            try write(Self.tokyo, to: "zones/localtime")
            try write(Self.tokyo, to: "Secret")
            try write(Array("no zone".utf8), to: "zones/Broken")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var zones: ZoneFiles { ZoneFiles(folder: path + "/zones") }

        func write(_ bytes: [UInt8], to name: String) throws {
            try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        }

        /// Nine hours ahead, for ever: two tables without a change, and the last line.
        private static let tokyo: [UInt8] = {
            var table = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            for count: UInt8 in [0, 0, 0, 0, 1, 4] { table += [0, 0, 0, count] }
            table += [0, 0, 0x7e, 0x90, 0, 0] + Array("JST\0".utf8)
            return table + table + Array("\nJST-9\n".utf8)
        }()
    }

    @Test func aZoneIsReadByItsName() throws {
        let folder = try Folder()
        let rules = try folder.zones.rules(for: "Etc/Test")
        #expect(rules.name == "Etc/Test")
        #expect(rules.offset(at: 1_792_890_000_000_000) == 32_400)
    }

    @Test func whatWasReadIsKept() throws {
        let folder = try Folder()
        let zones = folder.zones
        let first = try zones.rules(for: "Etc/Test")
        try folder.write([], to: "zones/Etc/Test")
        #expect(zones.known("Etc/Test") == first)
        #expect(folder.zones.known("Etc/Test") == nil)
    }

    @Test(arguments: [
        "", "../Secret", "Etc/../../Secret", "/etc/localtime", "Etc//Test", "Etc/", "Etc",
        "Etc/Leaf", "localtime", "etc/test", "Etc/Test\0", "Nowhere", "Broken", "Etc/Test/", ".",
        "Ätc/Test",
        String(repeating: "A", count: 300),
    ])
    func anyOtherNameIsRefused(_ name: String) throws {
        let folder = try Folder()
        #expect(throws: TimeZoneError.self) { try folder.zones.rules(for: name) }
        #expect(folder.zones.known(name) == nil)
    }

    @Test func thereIsAlwaysUTC() throws {
        #expect(try ZoneFiles(folder: "/nowhere").rules(for: "UTC") == .utc)
    }
}
