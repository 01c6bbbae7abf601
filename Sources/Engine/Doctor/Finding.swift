/// One thing that was looked at before anybody relies on it.
public struct Finding: Equatable, Sendable {
    public enum Level: String, Sendable {
        case ok
        /// Worth knowing; nothing keeps a run from working.
        case note
        case problem
    }

    public let level: Level
    /// What was looked at: a short name, the same for all findings about it.
    public let check: String
    /// What was seen, and what to do about it.
    public let text: String

    public init(_ level: Level, _ check: String, _ text: String) {
        (self.level, self.check, self.text) = (level, check, text)
    }
}
