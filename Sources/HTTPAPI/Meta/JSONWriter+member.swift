internal import Wire

/// A member of an object with its value.
extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: UInt64?) {
        self.name(name)
        integer(value)
    }

    mutating func member(_ name: String, _ value: Double?) {
        self.name(name)
        number(value)
    }

    mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }
}
