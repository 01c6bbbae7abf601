import ResilientStorage
import S3

/// How an operation ended, without what came of it.
enum Ending: Hashable, Sendable {
    case served, deferred, refused, failed, indeterminate
}

extension StorageOutcome {
    var ending: Ending {
        switch self {
        case .served: .served
        case .deferred: .deferred
        case .refused: .refused
        case .failed: .failed
        case .indeterminate: .indeterminate
        }
    }

    var refusal: String? {
        guard case .refused(let text, _) = self else { return nil }
        return text
    }

    var error: S3Error? {
        switch self {
        case .failed(let error), .indeterminate(let error): error
        default: nil
        }
    }
}

extension StorageOutcome where Value == [UInt8]? {
    /// The body that was read; `nil` also for an object that is not there.
    var body: [UInt8]? { value.flatMap { $0 } }
}

/// A write of a test, and how it ended.
struct Written: Sendable {
    let key: String
    let sequence: Int
    let ending: Ending
    let instant: ContinuousClock.Instant

    var body: [UInt8] { Self.body(of: key, sequence) }

    /// Different for every write.
    static func body(of key: String, _ sequence: Int) -> [UInt8] {
        var random = SplitMix64(round: UInt64(sequence))
        let size = Int.random(in: 0...3000, using: &random)
        return Array("\(key)#\(sequence):".utf8) + random.bytes(size)
    }
}

extension Rig {
    func write(_ sequence: Int, to key: String) async -> Written {
        let outcome = await store.put(
            Written.body(of: key, sequence), to: key, metadata: ["seq": String(sequence)])
        return Written(
            key: key, sequence: sequence, ending: outcome.ending, instant: outcome.instant)
    }

    /// Writes to each key one after another, and to all keys at once.
    func write(_ sequences: Range<Int>, to keys: [String]) async -> [Written] {
        await withTaskGroup(of: [Written].self) { group in
            for key in keys {
                group.addTask {
                    var written: [Written] = []
                    for sequence in sequences {
                        written.append(await self.write(sequence, to: key))
                    }
                    return written
                }
            }
            return await group.reduce(into: [Written]()) { $0 += $1 }
        }
    }

    /// Writes to one key, all at once.
    func writeAtOnce(_ sequences: Range<Int>, to key: String) async -> [Written] {
        await withTaskGroup(of: Written.self) { group in
            for sequence in sequences {
                group.addTask { await self.write(sequence, to: key) }
            }
            return await group.reduce(into: [Written]()) { $0.append($1) }
        }
    }
}

/// The numbers without those that repeat the one before: a write that was sent again.
func withoutRepeats(_ numbers: [Int]) -> [Int] {
    var result: [Int] = []
    for number in numbers where number != result.last { result.append(number) }
    return result
}
