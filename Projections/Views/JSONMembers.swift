internal import DRTesting
internal import Wire

/// What rows are made of.
extension JSONWriter {
    mutating func member(_ name: String, time: UInt64?) {
        self.name(name)
        guard let time else { return null() }
        json { bytes in
            bytes.append(UInt8(ascii: "\""))
            RFC3339.write(time, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Text that is there, or `null`.
    mutating func member(_ name: String, orNull text: String) {
        member(name, text.isEmpty ? nil : text)
    }

    mutating func member(_ name: String, verdict: Verdict) {
        member(name, verdict == .none ? nil : "\(verdict)")
    }

    mutating func object(_ name: String, _ values: [NamedValue]) {
        self.name(name)
        object { writer in
            for value in values { writer.member(value.name, value.value) }
        }
    }
}
