internal import Crypto

/// The bodies of the load. Each follows from the seed, its key and the number of its write, so
/// nobody has to keep it to know what should be stored.
struct SyntheticObjects: Sendable {
    private static let heading = "dr-testing synthetic object, write "

    let seed: UInt64
    /// A body is never shorter than its first line.
    let bytes: Int

    /// A line that says what it is, then bytes that no other key and no other write has.
    func body(of key: Int, sequence: Int) -> [UInt8] {
        var body = Array("\(Self.heading)\(sequence)\n".utf8)
        let count = max(bytes, body.count)
        body.reserveCapacity(count + 8)
        var mixed = SeededGenerator(seed: seed ^ UInt64(key) << 40 ^ UInt64(sequence))
        var generator = SeededGenerator(seed: mixed.next())
        while body.count < count {
            withUnsafeBytes(of: generator.next().littleEndian) { body.append(contentsOf: $0) }
        }
        body.removeLast(body.count - count)
        return body
    }

    /// SHA-256.
    func digest(of key: Int, sequence: Int) -> [UInt8] {
        Array(SHA256.hash(data: body(of: key, sequence: sequence)))
    }

    /// The number of the write that a body says it is of. Whether it speaks the truth shows only
    /// in its digest.
    static func sequence(in body: [UInt8]) -> Int? {
        guard body.starts(with: heading.utf8), let end = body.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return Int(String(decoding: body[heading.utf8.count..<end], as: UTF8.self))
    }
}

/// The keys of a load: so few that what is known of them stays small however long it runs.
struct KeySpace: Sendable {
    /// A key's number is its place here.
    let names: [String]
    private let numbers: [String: Int]

    /// - Parameter prefix: every name begins with it.
    init(prefix: String, count: Int) {
        names = (0..<count).map { "\(prefix)object/\($0)" }
        numbers = Dictionary(uniqueKeysWithValues: zip(names, 0..<count))
    }

    /// `nil` if it is no key of the load.
    func number(of name: String) -> Int? { numbers[name] }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }
}
