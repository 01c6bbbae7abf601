internal import DRTesting

/// How something went, told three times: by a symbol, by a word, and by a colour.
struct ResultMark: Equatable {
    /// The names in the style sheet.
    enum Style: String {
        case passed, failed, inconclusive, none

        var ink: Ink {
            switch self {
            case .passed: .passed
            case .failed: .failed
            case .inconclusive: .warned
            case .none: .none
            }
        }
    }

    let symbol: String
    let word: String
    let style: Style

    static func passed(_ word: String = "passed") -> ResultMark {
        ResultMark(symbol: "✓", word: word, style: .passed)
    }

    static func failed(_ word: String = "failed") -> ResultMark {
        ResultMark(symbol: "✗", word: word, style: .failed)
    }

    static func inconclusive(_ word: String = "inconclusive") -> ResultMark {
        ResultMark(symbol: "?", word: word, style: .inconclusive)
    }

    static func cancelled(_ word: String = "cancelled") -> ResultMark {
        ResultMark(symbol: "⊘", word: word, style: .none)
    }

    static func late(_ word: String = "late") -> ResultMark {
        ResultMark(symbol: "◷", word: word, style: .inconclusive)
    }

    static func overdue(_ word: String = "overdue") -> ResultMark {
        ResultMark(symbol: "!", word: word, style: .failed)
    }

    /// Something to look at that is not wrong yet.
    static func attention(_ word: String) -> ResultMark {
        ResultMark(symbol: "!", word: word, style: .inconclusive)
    }

    static func excused(_ word: String = "excused") -> ResultMark {
        ResultMark(symbol: "e", word: word, style: .none)
    }

    static func none(_ word: String = "none") -> ResultMark {
        ResultMark(symbol: "·", word: word, style: .none)
    }

    init(symbol: String, word: String, style: Style) {
        (self.symbol, self.word, self.style) = (symbol, word, style)
    }

    init(_ verdict: Verdict) {
        switch verdict {
        case .passed: self = .passed()
        case .failed: self = .failed()
        case .inconclusive: self = .inconclusive()
        case .none: self = .none("not judged")
        }
    }

    init(_ result: DrillResult) {
        switch result {
        case .passed: self = .passed()
        case .failed: self = .failed()
        case .inconclusive: self = .inconclusive()
        case .cancelled: self = .cancelled()
        case .underWay: self = ResultMark(symbol: "…", word: result.rawValue, style: .none)
        }
    }

    init(_ mark: PeriodReport.Calendar.Mark) {
        switch mark {
        case .met: self = .passed("met")
        case .missed: self = .failed("missed")
        case .inconclusive: self = .inconclusive()
        case .cancelled: self = .cancelled()
        case .late: self = .late()
        case .overdue: self = .overdue()
        case .excused: self = .excused()
        case .none: self = .none("nothing was due, and nothing ran")
        }
    }

    var words: String { "\(symbol) \(word)" }

    /// With a frame around it.
    var badge: Markup {
        """
        <span class="badge \(style.rawValue)"><span aria-hidden="true">\(symbol)</span>\
        \u{a0}\(word)</span>
        """
    }

    /// Where the words are broken into lines, the symbol stays with the first.
    var html: Markup {
        """
        <span class="state \(style.rawValue)"><span aria-hidden="true">\(symbol)</span>\
        \u{a0}\(word)</span>
        """
    }
}
