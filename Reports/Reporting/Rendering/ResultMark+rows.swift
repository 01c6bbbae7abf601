/// How rows of reports went, and reports as a whole.
extension ComplianceReport.Status {
    var mark: ResultMark {
        switch self {
        case .integrityFailed, .contradicted: .failed(rawValue)
        case .overdue: .overdue(rawValue)
        case .partlyCovered: ResultMark(symbol: "◐", word: rawValue, style: .inconclusive)
        case .supported: .passed(rawValue)
        case .notCovered: .none(rawValue)
        }
    }
}

extension PeriodReport.FindingRow {
    var stateMark: ResultMark {
        switch state {
        case .new, .open: .failed(state.rawValue)
        case .overdue: .overdue(state.rawValue)
        case .closed: .passed(state.rawValue)
        }
    }
}

extension PeriodReport.Calendar {
    /// What the symbols mean, in one line.
    static var marksInWords: String {
        Mark.allCases.map { ResultMark($0).words }.joined(separator: "; ")
    }
}

extension PeriodReport.Summary {
    var colourMark: ResultMark {
        switch colour {
        case .good: .passed(colour.rawValue)
        case .attention: .attention(colour.rawValue)
        case .bad: .failed(colour.rawValue)
        case .unknown: .inconclusive(colour.rawValue)
        }
    }
}
