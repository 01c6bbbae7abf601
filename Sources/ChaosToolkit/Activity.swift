public import Wire

/// A call of the system or its surroundings: a probe looks, an action changes something.
public struct Activity: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case probe, action
    }

    public let kind: Kind
    public let name: String
    public let provider: Provider
    /// Whether the method goes on meanwhile; it ends when all have ended.
    public let isBackground: Bool
    public let pauseBefore: Pause?
    public let pauseAfter: Pause?
    /// How long the activity may take. Chaos Toolkit ignores this.
    public let timeout: Duration?
    /// Where it stands, such as `method[2]`.
    public let path: String
    /// As it stands in the file. For a reference this is what it refers to.
    public let raw: JSONValue

    /// A time to wait, or the name of one.
    public enum Pause: Equatable, Sendable {
        case seconds(Double)
        case named(JSONValue)

        public func duration(
            substituting substitution: Substitution
        ) throws(ActivityError) -> Duration {
            switch self {
            case .seconds(let seconds): return .seconds(seconds)
            case .named(let name):
                let value = substitution.apply(name)
                guard let number = value.doubleValue ?? value.stringValue.flatMap({ Double($0) }),
                    (0...86_400).contains(number)
                else {
                    throw ActivityError("a pause has to be a number of seconds")
                }
                return .seconds(number)
            }
        }
    }

    /// The same call with one more argument.
    func with(argument name: String, _ value: JSONValue) -> Activity {
        Activity(
            kind: kind, name: self.name, provider: provider.with(argument: name, value),
            isBackground: isBackground, pauseBefore: pauseBefore, pauseAfter: pauseAfter,
            timeout: timeout, path: path, raw: raw)
    }

    /// Why an activity of the method or the rollbacks failed though there is an output; `nil` if it
    /// did not.
    ///
    /// Chaos Toolkit calls all of these succeeded. The answer that an HTTP probe gets is what it
    /// was there to see, whatever it is. In a hypothesis the tolerance decides alone.
    public func failure(in output: JSONValue) -> String? {
        guard let status = output["status"]?.intValue else { return nil }
        switch provider {
        case .process where status != 0: return "the process ended with \(status)"
        case .http where kind == .action && status >= 400: return "the answer was \(status)"
        case .http where kind == .action && HTTPProvider.elsewhere.contains(status):
            return "the answer was \(status), a redirect that is not followed: nothing was done"
        default: return nil
        }
    }
}
