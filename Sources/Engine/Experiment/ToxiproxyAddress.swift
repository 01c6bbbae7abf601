internal import ChaosToolkit

/// Where an experiment's Toxiproxy listens.
enum ToxiproxyAddress {
    /// Taken where the configuration names no address.
    static let variable = "TOXIPROXY_URL"
    /// The token of a fault proxy that asks for one.
    static let tokenVariable = "TOXIPROXY_TOKEN"

    static func url(_ substitution: Substitution, _ environment: [String: String]) -> String? {
        ToxiproxyCall.address(in: substitution.configuration) ?? environment[variable]
    }

    static let missing = ActivityError(
        "nothing says where Toxiproxy listens: give 'toxiproxy_url', or 'toxiproxy_host' and "
            + "'toxiproxy_port', in the configuration, or \(variable) in the environment")
}
