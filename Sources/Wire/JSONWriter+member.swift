/// A member of an object: its name and its value.
extension JSONWriter {
    public mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: UInt64?) {
        self.name(name)
        integer(value)
    }

    public mutating func member(_ name: String, _ value: Double?) {
        self.name(name)
        number(value)
    }

    public mutating func member(_ name: String, _ value: Bool?) {
        self.name(name)
        bool(value)
    }
}
