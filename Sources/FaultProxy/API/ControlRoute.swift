/// What the path of a request names.
enum ControlRoute: Equatable, Sendable {
    case version, metrics, reset, populate
    case proxies
    case proxy(String)
    case toxics(String)
    case toxic(String, of: String)
    case counts(String)
    case arrivals(String)
    case operations(String)
    case leases
    case lease(String)
    case renewal(String)

    /// - Parameter parts: what stands between the slashes of the path, decoded.
    /// - Returns: `nil` for what is not there.
    init?(path parts: [String]) {
        guard parts.count > 1, parts[0].isEmpty, !parts.dropFirst().contains("") else {
            return nil
        }
        switch (parts[1], parts.count) {
        case ("version", 2): self = .version
        case ("metrics", 2): self = .metrics
        case ("reset", 2): self = .reset
        case ("populate", 2): self = .populate
        case ("proxies", 2): self = .proxies
        case ("proxies", 3): self = .proxy(parts[2])
        case ("proxies", 4):
            guard let route = Self.ofProxy(parts[2], parts[3]) else { return nil }
            self = route
        case ("proxies", 5) where parts[3] == "toxics": self = .toxic(parts[4], of: parts[2])
        case ("leases", 2): self = .leases
        case ("leases", 3): self = .lease(parts[2])
        case ("leases", 4) where parts[3] == "renew": self = .renewal(parts[2])
        default: return nil
        }
    }

    private static func ofProxy(_ proxy: String, _ word: String) -> ControlRoute? {
        switch word {
        case "toxics": .toxics(proxy)
        case "counts": .counts(proxy)
        case "arrivals": .arrivals(proxy)
        case "operations": .operations(proxy)
        default: nil
        }
    }

    /// What may be done with it.
    var methods: Set<String> {
        switch self {
        case .version, .metrics, .leases, .counts, .arrivals, .operations: ["GET"]
        case .reset, .populate, .renewal: ["POST"]
        case .proxies, .toxics: ["GET", "POST"]
        // POST changes them too, as it did before there was PATCH.
        case .proxy, .toxic: ["GET", "POST", "PATCH", "DELETE"]
        case .lease: ["GET", "DELETE"]
        }
    }
}
