/// Why there is no PDF. Two are equal when their codes are.
public struct PDFError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The program that makes PDF is not there, or not all that it needs.
        case notInstalled
        /// It made none.
        case failed
        /// It took too long, and was ended.
        case timedOut
    }

    public let code: Code
    /// What happened and what to do.
    public let message: String

    init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public static func == (left: PDFError, right: PDFError) -> Bool { left.code == right.code }

    public var description: String { message }
}

extension PDFError {
    /// - Parameter what: is missing, as a sentence without its end.
    static func missing(_ what: String) -> PDFError {
        PDFError(
            .notInstalled,
            "\(what). PDF needs WeasyPrint: pip install weasyprint==70.0, with libpango (on "
                + "Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
                + "fonts-dejavu-core). If it is not on the PATH, name the program in "
                + "DR_WEASYPRINT. All other formats work without it.")
    }
}
