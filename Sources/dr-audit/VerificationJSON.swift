import EventLog
import Wire

/// What a check found, for programs.
struct VerificationJSON {
    let result: VerificationResult

    private var report: VerificationReport { result.report }

    var text: String {
        var json = JSONWriter()
        json.object { json in
            json.name("log")
            json.string(result.logID)
            json.name("intact")
            json.bool(result.isClean)
            json.name("events")
            json.integer(report.head.position)
            json.name("root")
            json.string("\(report.root)")
            json.name("pages_walked")
            json.integer(report.pagesWalked)
            json.name("checkpoints")
            json.integer(report.checkpoints)
            json.name("sealed_size")
            json.integer(report.sealedSize)
            json.name("outside_size")
            json.integer(report.outsideSize)
            json.name("outside_problem")
            json.string(result.outsideRefusal)
            writeTrust(to: &json)
            json.name("clock_gone_back")
            json.array { json in
                for range in report.clampedRanges { Self.write(range, to: &json) }
            }
            json.name("archived_size")
            json.integer(report.archivedSize)
            if let archive = result.archive { Self.write(archive, to: &json) }
            var problems: [(UInt64?, String)] = report.problems.map { ($0.position, $0.message) }
            problems += (result.archive?.problems ?? []).map { (nil, "archive: \($0)") }
            let isTruncated = report.isTruncated || result.archive?.isTruncated == true
            Self.write(problems, isTruncated: isTruncated, to: &json)
        }
        return json.text
    }

    private func writeTrust(to json: inout JSONWriter) {
        let findings = report.seal
        json.name("given_size")
        json.integer(findings.givenSize)
        json.name("witnessed_size")
        json.integer(findings.witnessedSize)
        json.name("key_changes")
        json.integer(findings.keyChanges)
        json.name("reopened_at")
        json.array { json in
            for reopening in findings.reopenings { json.integer(reopening.position) }
        }
    }

    private static func write(_ archive: ArchiveCheck, to json: inout JSONWriter) {
        json.name("archive")
        json.object { json in
            json.name("segments")
            json.integer(archive.segments)
            json.name("last")
            json.integer(archive.last)
        }
    }

    /// Of a check that came to no end: the same members, as far as they are known.
    static func text(ofUnfinished problems: [String]) -> String {
        var json = JSONWriter()
        json.object { json in
            json.name("intact")
            json.bool(false)
            write(problems.map { (nil, $0) }, isTruncated: false, to: &json)
        }
        return json.text
    }

    private static func write(_ range: ClosedRange<UInt64>, to json: inout JSONWriter) {
        json.object { json in
            json.name("first")
            json.integer(range.lowerBound)
            json.name("last")
            json.integer(range.upperBound)
        }
    }

    private static func write(
        _ problems: [(UInt64?, String)], isTruncated: Bool,
        to json: inout JSONWriter
    ) {
        json.name("problems")
        json.array { json in
            for (position, message) in problems {
                json.object { json in
                    json.name("position")
                    json.integer(position)
                    json.name("message")
                    json.string(message)
                }
            }
        }
        json.name("is_truncated")
        json.bool(isTruncated)
    }
}
