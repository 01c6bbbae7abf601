import Foundation
import Testing

/// What all chance in these tests follows from. `DR_TEST_SEED` sets another one.
enum Seed {
    static let value =
        ProcessInfo.processInfo.environment["DR_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_101
}

/// A generator of which every run with one seed gives the same numbers (Steele et al., 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// How much is tried: little in every test run, much if `DR_SOAK` is set.
enum Effort {
    static let isSoak = ProcessInfo.processInfo.environment["DR_SOAK"] != nil

    static func count(_ normal: Int, soak: Int) -> Int { isSoak ? soak : normal }
}

/// The repository around these tests.
enum Repository {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let root = URL(filePath: tests).deletingLastPathComponent().path
}

/// At most two drills run at once: they measure times, and the machine may have two cores.
actor DrillPlaces {
    static let shared = DrillPlaces()
    static let count = 2

    private var free = count
    /// In the order in which they came, so that whoever wants all places gets them in the end.
    private var waiting: [(places: Int, turn: CheckedContinuation<Void, Never>)] = []

    /// All of them at once, so that no two can wait for each other.
    func take(_ places: Int) async {
        if waiting.isEmpty, free >= places {
            free -= places
        } else {
            await withCheckedContinuation { waiting.append((places, $0)) }
        }
    }

    func giveBack(_ places: Int) {
        free += places
        while let next = waiting.first, free >= next.places {
            free -= next.places
            waiting.removeFirst()
            next.turn.resume()
        }
    }
}

/// Holds one of the two places for drills while `body` runs. Not to be nested.
///
/// - Parameter alone: no other drill runs at the same time. For what measures how much the machine
///   can do.
func inDrillPlace<Value: Sendable>(
    alone: Bool = false, _ body: () async throws -> Value
) async throws -> Value {
    let places = alone ? DrillPlaces.count : 1
    await DrillPlaces.shared.take(places)
    let result: Result<Value, any Error>
    do {
        result = .success(try await body())
    } catch {
        result = .failure(error)
    }
    await DrillPlaces.shared.giveBack(places)
    return try result.get()
}

/// Runs `body` for each item, two at a time also where tests run one after another. All get their
/// turn, whatever becomes of the others.
func forEachInPairs<Item: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
) async throws {
    let failures = await withTaskGroup(of: (any Error)?.self) { group in
        var failures: [any Error] = []
        for (index, item) in items.enumerated() {
            if index >= 2, case .some(.some(let failure)) = await group.next() {
                failures.append(failure)
            }
            group.addTask {
                do {
                    try await body(item)
                    return nil
                } catch {
                    return error
                }
            }
        }
        for await failure in group {
            if let failure { failures.append(failure) }
        }
        return failures
    }
    if let first = failures.first { throw first }
}

/// Every file and folder below a folder, with what is in it; `nil` for a folder. None, if there is
/// no such folder.
func contents(ofFolder folder: String) throws -> [String: Data?] {
    guard FileManager.default.fileExists(atPath: folder) else { return [:] }
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return Dictionary(
        uniqueKeysWithValues: paths.map {
            ($0, FileManager.default.contents(atPath: "\(folder)/\($0)"))
        })
}

/// The files below a folder that hold these bytes.
func files(under folder: String, holding text: String) throws -> [String] {
    let wanted = Data(text.utf8)
    return try contents(ofFolder: folder).filter { entry in
        guard let bytes = entry.value else { return false }
        return bytes.range(of: wanted) != nil
    }.keys.sorted()
}
