/// What a run has learned of the performance of its storage system.
struct PerformanceFacts: Sendable {
    /// Levels of load, and how many requests of the storage system reached the proxy meanwhile.
    struct Levels: Sendable {
        var results: [LevelResult] = []
        var requests = 0
    }

    struct Transfer: Sendable {
        /// Found in the storage.
        let objects: Int
        /// That reached the proxy.
        let parts: Int
        /// Objects that are missing, or have other bytes.
        let mismatches: Int
        let bytesPerSecond: Double?
    }

    /// In which the storage system runs, with the load on it.
    var process: LoadProcess?
    /// Of that process, before any load.
    var before: ResourceSample?
    /// Of that process, while the last level of the last sweep was on: under a load that stays the
    /// same, memory that grows is not given back.
    var samples: [ResourceSample] = []
    /// One level.
    var baseline = Levels()
    /// Of all sweeps, in their order.
    var sweep = Levels()
    var stress = Levels()
    var transfer: Transfer?
}
