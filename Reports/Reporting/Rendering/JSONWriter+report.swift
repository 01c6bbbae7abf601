internal import DRTesting
internal import Projections
internal import Wire

/// What the members of reports are made of.
extension JSONWriter {
    mutating func count(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }

    /// - Parameter time: microseconds since 1970.
    mutating func time(_ name: String, _ time: UInt64?) {
        member(name, time.map { RFC3339.text($0) })
    }

    /// A text that is there, or `null`.
    mutating func text(_ name: String, orNull text: String?) {
        let shown: String? = text == "" ? nil : text
        member(name, shown)
    }

    /// A text that is always there.
    mutating func words(_ name: String, _ words: String) { member(name, words) }

    /// `null` if nothing was judged.
    mutating func verdict(_ name: String, _ verdict: Verdict?) {
        self.name(name)
        guard let verdict, verdict != .none else { return null() }
        string("\(verdict)")
    }

    mutating func subject(_ subject: Subject) {
        member("scenario", subject.scenario)
        member("target", subject.target)
    }

    /// A result of logarithms and the like, to nine decimals: further on, one machine has other
    /// digits than another.
    mutating func estimate(_ name: String, _ value: Double?) {
        member(name, value.map { ($0 * 1e9).rounded() / 1e9 })
    }

    /// Both ends, as `estimate` writes them, or `null`.
    mutating func interval(_ name: String, _ interval: ClosedRange<Double>?) {
        self.name(name)
        guard let interval else { return null() }
        object { ends in
            ends.estimate("low", interval.lowerBound)
            ends.estimate("high", interval.upperBound)
        }
    }

    mutating func texts(_ name: String, _ values: [String]) {
        self.name(name)
        array { list in for value in values { list.string(value) } }
    }

    mutating func numbers(_ name: String, _ values: [some BinaryInteger]) {
        self.name(name)
        array { list in for value in values { list.integer(value) } }
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    /// An object for each value.
    mutating func list<Value>(
        _ name: String, _ values: [Value], _ write: (Value, inout JSONWriter) -> Void
    ) {
        self.name(name)
        array { list in
            for value in values { list.object { write(value, &$0) } }
        }
    }

    /// Which schema the report keeps to.
    mutating func schema(_ id: String) {
        object("schema") { schema in
            schema.member("id", id)
            schema.member("version", ReportSchema.version)
        }
    }
}
