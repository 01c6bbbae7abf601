internal import FoundationEssentials

/// What a process used of its machine at a moment, after so many operations.
struct ResourceSample: Equatable, Sendable {
    /// Made by then.
    let operations: Int
    /// Memory that is resident and of no file.
    let residentBytes: Int
    /// Open files and sockets.
    let descriptors: Int
}

extension ResourceSample {
    /// Looks at a process of this user.
    ///
    /// - Returns: `nil` if there is no such process, or none that can be looked at.
    init?(ofProcess pid: Int32, operations: Int) {
        let files = FileManager.default
        guard let status = files.contents(atPath: "/proc/\(pid)/status"),
            let bytes = Self.residentBytes(inStatus: String(decoding: status, as: UTF8.self)),
            let descriptors = try? files.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
        else { return nil }
        self.init(operations: operations, residentBytes: bytes, descriptors: descriptors)
    }

    /// The line `RssAnon:    1234 kB` of a process's status.
    static func residentBytes(inStatus text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 3, words[2] == "kB" else { return nil }
            return Int(words[1]).map { $0 * 1024 }
        }
        return nil
    }
}

/// How the use of resources went on over a run. A pure value.
struct ResourceTrend: Equatable, Sendable {
    /// A line through fewer samples says more of them than of the process.
    private static let leastSamples = 10

    /// What an operation cost in memory that was not given back; `nil` if it cannot be told.
    let memorySlope: Double?
    /// Descriptors at the end more than at the start; `nil` without samples.
    let descriptorDifference: Int?

    /// - Parameters:
    ///   - samples: in order, the first before any load, the last after it.
    ///   - warmUp: samples with fewer operations say nothing about memory: caches and pools fill.
    init(_ samples: [ResourceSample], warmUp: Int) {
        memorySlope = Self.slope(samples.filter { $0.operations >= warmUp })
        if let first = samples.first, let last = samples.last {
            descriptorDifference = last.descriptors - first.descriptors
        } else {
            descriptorDifference = nil
        }
    }

    /// Of the line with the least squares, in bytes per operation.
    private static func slope(_ samples: [ResourceSample]) -> Double? {
        if samples.count < leastSamples { return nil }
        let count = Double(samples.count)
        let meanOperations = samples.reduce(0) { $0 + Double($1.operations) } / count
        let meanBytes = samples.reduce(0) { $0 + Double($1.residentBytes) } / count
        var (products, squares) = (0.0, 0.0)
        for sample in samples {
            let distance = Double(sample.operations) - meanOperations
            products += distance * (Double(sample.residentBytes) - meanBytes)
            squares += distance * distance
        }
        return squares > 0 ? products / squares : nil
    }
}
