internal import Hummingbird
internal import Projections

/// The parameters in the query of a request, all of them known to the route.
struct QueryParameters: Sendable {
    private var parameters: [(name: String, value: String)] = []

    /// - Parameter names: those that the route knows.
    init(_ request: Request, accepting names: [String]) throws(APIError) {
        for (name, value) in request.uri.queryParameters {
            let name = String(name)
            guard names.contains(name) else {
                throw .badParameter(
                    name, names.isEmpty ? "no parameter is accepted here" : "it is not known here",
                    accepted: names)
            }
            parameters.append((name: name, value: String(value)))
        }
    }

    /// All values that a parameter was given.
    func values(of name: String) -> [String] {
        parameters.filter { $0.name == name }.map(\.value)
    }

    /// The value of a parameter that is given once, or not at all.
    func value(of name: String) throws(APIError) -> String? {
        let all = values(of: name)
        if all.count > 1 { throw .badParameter(name, "it is given \(all.count) times") }
        return all.first
    }

    /// A whole number.
    func number(
        _ name: String, in range: ClosedRange<UInt64>
    ) throws(APIError) -> UInt64? {
        guard let text = try value(of: name) else { return nil }
        guard let number = UInt64(digits: text), range.contains(number) else {
            throw .badParameter(
                name, "'\(text)' is not accepted",
                accepted: ["a whole number from \(range.lowerBound) to \(range.upperBound)"])
        }
        return number
    }

    /// A moment, in microseconds since 1970.
    func time(_ name: String) throws(APIError) -> UInt64? {
        guard let text = try value(of: name) else { return nil }
        guard let time = RFC3339.time(text) else {
            throw .badParameter(
                name, "'\(text)' is no time in UTC",
                accepted: ["2026-11-23", "2026-11-23T08:30:00Z", "2026-11-23T08:30:00.123Z"])
        }
        return time
    }
}

extension UInt64 {
    /// A number of digits and nothing else, as ids are.
    init?(digits text: String) {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        self.init(text)
    }
}
