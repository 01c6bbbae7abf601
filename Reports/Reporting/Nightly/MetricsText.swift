internal import DRTesting

/// Writes samples in the text format of Prometheus, version 0.0.4. Families are written in the
/// order in which they are added, each whole.
struct MetricsText {
    struct Family {
        let name: String
        let type: String
        let help: String

        static func gauge(_ name: String, _ help: String) -> Family {
            Family(name: "dr_testing_" + name, type: "gauge", help: help)
        }

        /// - Parameter name: ends in `_total`.
        static func counter(_ name: String, _ help: String) -> Family {
            Family(name: "dr_testing_" + name, type: "counter", help: help)
        }
    }

    private(set) var bytes: [UInt8] = []
    private var current = ""
    /// By their bytes, as collectors tell them apart.
    private var series: Set<[UInt8]> = []

    /// A series stands once: of two names that are shown alike the second is left out, since
    /// collectors refuse a file in which a series is there twice.
    ///
    /// - Parameter labels: those without a value are left out.
    mutating func add(
        _ family: Family, _ labels: [(name: String, value: String)], _ value: Double
    ) {
        let pairs = labels.filter { !$0.value.isEmpty }.map { label in
            "\(label.name)=\"\(Self.escaped(label.value))\""
        }
        let list = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
        guard series.insert(Array("\(family.name)\(list)".utf8)).inserted else { return }
        if current != family.name {
            write("# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n")
            current = family.name
        }
        write("\(family.name)\(list) \(Self.text(value))\n")
    }

    private mutating func write(_ text: String) { bytes += text.utf8 }

    /// Without a fraction where it has none.
    private static func text(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// Names come from the log and may be anything: scalar by scalar, since a quote that carries an
    /// accent is one letter to people.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.printable().unicodeScalars {
            if scalar == "\\" || scalar == "\"" { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}
