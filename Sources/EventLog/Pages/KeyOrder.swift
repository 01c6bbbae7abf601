/// How LMDB orders the keys of a tree.
enum KeyOrder {
    case bytes
    /// 64-bit numbers (`MDB_INTEGERKEY`).
    case integers

    /// A tree of numbers has this flag, any other has none. A log has no trees of other kinds.
    private static let integerKeys: UInt16 = 8

    init?(flags: UInt16) {
        switch flags {
        case 0: self = .bytes
        case Self.integerKeys: self = .integers
        default: return nil
        }
    }

    func accepts(_ key: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .bytes: (1...511).contains(key.count)
        case .integers: key.count == 8
        }
    }

    /// Only for keys that are accepted.
    func isAscending(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .bytes: left.lexicographicallyPrecedes(right)
        case .integers: Self.integer(left) < Self.integer(right)
        }
    }

    static func integer(_ key: ArraySlice<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for (place, byte) in key.enumerated() { number |= UInt64(byte) << UInt64(8 * place) }
        return number
    }
}

/// The keys that may stand below an entry of a branch.
struct KeyRange {
    let order: KeyOrder
    /// The first that may; `nil` where nothing is too small.
    var lower: ArraySlice<UInt8>?
    /// The first that may not.
    var upper: ArraySlice<UInt8>?

    /// Whether each key is greater than the one before it, and all are in the range.
    func holds(_ keys: some Collection<ArraySlice<UInt8>>) -> Bool {
        guard keys.allSatisfy({ order.accepts($0) }) else { return false }
        if let first = keys.first, let lower, order.isAscending(first, lower) { return false }
        var previous: ArraySlice<UInt8>?
        for key in keys {
            if let previous, !order.isAscending(previous, key) { return false }
            previous = key
        }
        guard let previous, let upper else { return true }
        return order.isAscending(previous, upper)
    }
}
