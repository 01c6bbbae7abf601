import Foundation
import Testing

@testable import Reporting

/// That the style sheet can be read by everybody, on light and on dark.
struct PageStyleTests {
    /// The colours of a scheme, by their names.
    private typealias Scheme = [String: String]

    private let sheet = String(decoding: PackageResources.report_css, as: UTF8.self)

    private static let texts = ["ink", "soft", "passed", "failed", "warned", "none", "link"]
    private static let backgrounds = [
        "page", "card", "passed-tint", "failed-tint", "warned-tint", "none-tint",
    ]
    private static let drawn = [
        "rule", "link", "passed", "failed", "warned", "none", "served", "deferred", "refused",
        "broken", "part-a", "part-b", "part-c", "part-d", "part-e", "part-f",
    ]

    private func schemes() throws -> (light: Scheme, dark: Scheme) {
        let blocks = sheet.split(separator: ":root {").dropFirst().map { block in
            Self.colours(in: block.prefix { $0 != "}" })
        }
        try #require(blocks.count == 2)
        return (light: blocks[0], dark: blocks[1])
    }

    private static func colours(in block: Substring) -> Scheme {
        var scheme: Scheme = [:]
        for declaration in block.split(separator: ";") {
            let parts = declaration.split(separator: ":").map { part in
                String(part.filter { !$0.isWhitespace })
            }
            if parts.count == 2, parts[0].hasPrefix("--") {
                scheme[String(parts[0].dropFirst(2))] = parts[1]
            }
        }
        return scheme
    }

    /// As WCAG 2.2 defines it, from 1 to 21.
    private static func contrast(_ first: String, _ second: String) -> Double {
        let lights = [luminance(first), luminance(second)].sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }

    private static func luminance(_ colour: String) -> Double {
        let number = UInt32(colour.dropFirst(), radix: 16) ?? 0
        let parts = [16, 8, 0].map { shift -> Double in
            let share = Double(number >> UInt32(shift) & 255) / 255
            if share <= 0.040_45 { return share / 12.92 }
            return pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    @Test func theContrastIsCalculatedAsItIsDefined() {
        #expect(abs(Self.contrast("#000000", "#ffffff") - 21) < 1e-9)
        #expect(abs(Self.contrast("#767676", "#ffffff") - 4.54) < 0.01)
        #expect(abs(Self.contrast("#0b57d0", "#ffffff") - 6.39) < 0.01)
    }

    @Test func everyTextCanBeReadOnEveryBackground() throws {
        let (light, dark) = try schemes()
        for scheme in [light, dark] {
            for text in Self.texts {
                for background in Self.backgrounds {
                    let (first, second) = try (
                        #require(scheme[text]), #require(scheme[background])
                    )
                    #expect(
                        Self.contrast(first, second) >= 4.5, "\(text) \(first) on \(background)")
                }
            }
        }
    }

    @Test func everyDrawingStandsOutFromItsPage() throws {
        let (light, dark) = try schemes()
        for scheme in [light, dark] {
            for (name, background) in Self.drawn.flatMap({ [($0, "page"), ($0, "card")] }) {
                let (first, second) = try (#require(scheme[name]), #require(scheme[background]))
                #expect(Self.contrast(first, second) >= 3, "\(name) \(first) on \(background)")
            }
        }
    }

    @Test func namesOnFaultsCanBeRead() throws {
        let (light, dark) = try schemes()
        for scheme in [light, dark] {
            for (text, background) in [("ink", "fault-bar"), ("ink", "fault"), ("soft", "fault")] {
                let (first, second) = try (#require(scheme[text]), #require(scheme[background]))
                #expect(Self.contrast(first, second) >= 4.5, "\(text) on \(background)")
            }
        }
    }

    @Test func darkHasEveryColourThatLightHas() throws {
        let (light, dark) = try schemes()
        #expect(light.keys.sorted() == dark.keys.sorted())
    }

    /// What a renderer without a sheet for SVG shows is what a browser shows on paper.
    @Test(arguments: Ink.allCases)
    func aDrawingHasTheLightColourOfTheSheet(_ ink: Ink) throws {
        #expect(try schemes().light[ink.rawValue] == ink.light)
    }

    @Test func nothingOfThePageMovesOrIsFetched() {
        for word in ["url(", "@import", "@font-face", "animation", "transition", "</", "http"] {
            #expect(!sheet.contains(word), "\(word)")
        }
    }
}
