extension BinaryInteger {
    /// A number of things, for people: `1 event`, `2 events`.
    public func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
