internal import Projections

/// Which rows of a table somebody wants.
public struct RowQuery: Hashable, Sendable {
    /// By the names of parameters, the values that will do.
    public var filter: [String: [String]] = [:]
    /// Microseconds since 1970: rows of this moment, or of later ones.
    public var from: UInt64?
    /// Microseconds since 1970: rows of earlier moments.
    public var to: UInt64?
    /// At most so many, from 1 to `ReadingTable.maximumLimit`.
    public var limit: Int?
    /// Those after the row with this id, in the order of the table.
    public var cursor: UInt64?

    public init(filter: [String: [String]] = [:], limit: Int? = nil, cursor: UInt64? = nil) {
        (self.filter, self.limit, self.cursor) = (filter, limit, cursor)
    }
}

extension RowQuery {
    /// What a request asks of a table.
    init(_ parameters: QueryParameters, for table: ReadingTable) throws(APIError) {
        for filter in table.filters {
            let values = parameters.values(of: filter.name)
            if !values.isEmpty { self.filter[filter.name] = values }
        }
        if table.hasTimes {
            from = try parameters.time("from")
            to = try parameters.time("to")
        }
        if let limit = try parameters.number("limit", in: 1...UInt64(ReadingTable.maximumLimit)) {
            self.limit = Int(limit)
        }
        cursor = try parameters.number("cursor", in: 0...UInt64.max)
    }
}

extension ReadingTable {
    /// - Throws: if it has no such parameter, or does not accept a value.
    func rowFilter(_ query: RowQuery) throws(APIError) -> RowFilter {
        let names = filters.map(\.name)
        for name in query.filter.keys.sorted() where !names.contains(name) {
            throw .badParameter(
                name, "\(noun)s are not chosen by this", accepted: parameters)
        }
        var result = RowFilter()
        for filter in filters {
            try filter.add(query.filter[filter.name] ?? filter.standard, to: &result)
        }
        if query.from == nil, query.to == nil { return result }
        guard let timeColumn else {
            throw .badParameter(
                "from", "\(noun)s are not chosen by time", accepted: parameters)
        }
        result.require(timeColumn, from: query.from, before: query.to)
        return result
    }
}

extension ReadingFilter {
    fileprivate func add(_ values: [String], to filter: inout RowFilter) throws(APIError) {
        if values.isEmpty { return }
        switch kind {
        case .text: filter.require(column, oneOf: values)
        case .oneOf(let accepted):
            try check(values, accepted)
            filter.require(column, oneOf: values)
        case .flag:
            if let value = try flag(values) { filter.require(column, is: value) }
        case .presence:
            if let value = try flag(values) { filter.require(column, isNull: !value) }
        }
    }

    /// - Returns: `nil` if both will do.
    private func flag(_ values: [String]) throws(APIError) -> Bool? {
        try check(values, ["true", "false"])
        return Set(values).count == 1 ? values[0] == "true" : nil
    }

    private func check(_ values: [String], _ accepted: [String]) throws(APIError) {
        for value in values where !accepted.contains(value) {
            throw .badParameter(name, "'\(value)' is not accepted", accepted: accepted)
        }
    }
}
