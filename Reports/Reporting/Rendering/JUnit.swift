extension PeriodReport {
    /// The drills of the period as JUnit XML in UTF-8, for the machines that collect test results.
    ///
    /// It keeps to what all of them read: no attribute and no element that one of them refuses. A
    /// check that failed or an objective that was missed is a `failure`, what could not be judged
    /// an `error`, what was not run `skipped`, with the reason.
    public var junit: [UInt8] {
        let reasons = Dictionary(
            notRun.map { (MissedDrill($0), $0.reason) }, uniquingKeysWith: { first, _ in first })
        let cases =
            runs.flatMap { JUnitCase.all(of: $0) }
            + due.due.map { JUnitCase($0, reason: reasons[MissedDrill($0)]) }
        return Array(JUnitDocument(name: name, cases: cases).xml.utf8)
    }
}

/// What joins a drill that was due with the row that says why it was not run.
private struct MissedDrill: Hashable {
    private let kind: String
    private let subject: Subject
    private let time: UInt64

    init(_ row: PeriodReport.NotRun) {
        (kind, subject, time) = (row.kind, row.subject, row.time)
    }

    init(_ due: DueDrill) {
        (kind, subject, time) = (due.outcome.rawValue, due.subject, due.countedAt)
    }
}

/// Test cases as a document of JUnit: a suite for each class, in the order of their names.
struct JUnitDocument {
    let name: String
    private let suites: [(name: String, cases: [JUnitCase])]

    /// - Parameter cases: of those with one name in a class, the second is called `#2`.
    init(name: String, cases: [JUnitCase]) {
        self.name = name
        var seen: [[String]: Int] = [:]
        var classes: [String: [JUnitCase]] = [:]
        for var testCase in cases {
            let count = seen[[testCase.className, testCase.name], default: 0] + 1
            seen[[testCase.className, testCase.name]] = count
            if count > 1 { testCase.name += " #\(count)" }
            classes[testCase.className, default: []].append(testCase)
        }
        suites = classes.sorted { $0.key < $1.key }.map { (name: $0.key, cases: $0.value) }
    }

    var xml: String {
        let all = JUnitCounts(suites.flatMap(\.cases))
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="\(XMLText.escaped(name))" time="\(all.seconds)" tests="\(all.tests)" \
            failures="\(all.failures)" errors="\(all.errors)">
            \(suites.map { Self.suite($0.name, $0.cases) }.joined())</testsuites>

            """
    }

    private static func suite(_ name: String, _ cases: [JUnitCase]) -> String {
        let counts = JUnitCounts(cases)
        return "  <testsuite name=\"\(XMLText.escaped(name))\" tests=\"\(counts.tests)\" "
            + "failures=\"\(counts.failures)\" errors=\"\(counts.errors)\" "
            + "skipped=\"\(counts.skipped)\" time=\"\(counts.seconds)\">\n"
            + cases.map(\.xml).joined() + "  </testsuite>\n"
    }
}

/// How many cases came out how.
private struct JUnitCounts {
    let tests: Int
    private(set) var failures = 0
    private(set) var errors = 0
    private(set) var skipped = 0
    private var durationUs: UInt64 = 0

    init(_ cases: [JUnitCase]) {
        tests = cases.count
        for testCase in cases {
            switch testCase.outcome {
            case .passed: break
            case .failed: failures += 1
            case .unclear: errors += 1
            case .skipped: skipped += 1
            }
            durationUs = durationUs.addingClamped(testCase.durationUs)
        }
    }

    var seconds: String { durationUs.seconds }
}

extension JUnitCase {
    fileprivate var xml: String {
        // Between two brackets, some tools look for the name of a file to attach.
        let output = XMLText.escaped(self.output).replacingScalar("[", with: "(")
        return "    <testcase classname=\"\(XMLText.escaped(className))\" "
            + "name=\"\(XMLText.escaped(name))\" time=\"\(durationUs.seconds)\">\n"
            + (complaint?.xml ?? "")
            + "      <system-out>\(output)</system-out>\n    </testcase>\n"
    }

    private var complaint: Complaint? {
        switch outcome {
        case .passed: nil
        case .failed(let words): Complaint(element: "failure", type: "failed", words: words)
        case .unclear(let words):
            Complaint(element: "error", type: "inconclusive", words: words)
        case .skipped(let words): Complaint(element: "skipped", type: "not run", words: words)
        }
    }

    private struct Complaint {
        let element: String
        let type: String
        let words: String

        /// The words are said twice: some tools show the attribute, and some what is inside.
        var xml: String {
            let text = XMLText.escaped(words)
            return "      <\(element) type=\"\(type)\" message=\"\(text)\">\(text)"
                + "</\(element)>\n"
        }
    }
}

extension UInt64 {
    /// Of microseconds: seconds with three decimals.
    fileprivate var seconds: String {
        let milliseconds = self / 1000
        return "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst())"
    }
}
