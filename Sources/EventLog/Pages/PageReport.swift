/// What a walk over the pages of `data.mdb` found.
public struct PageReport: Sendable {
    /// Damage to one page can show on many: more than these tell nothing new.
    static let maximumProblems = 20

    /// Pages that were looked at. `nil` if the log was in use all the while: then nothing is known
    /// of them.
    public internal(set) var pagesWalked: Int?
    /// Each names its page, and the database that the page belongs to.
    public internal(set) var problems: [String] = []
    /// There were more problems than are listed.
    public internal(set) var isTruncated = false

    public var isClean: Bool { problems.isEmpty }

    mutating func add(_ problem: String) {
        if problems.count < Self.maximumProblems {
            problems.append(problem)
        } else {
            isTruncated = true
        }
    }
}
