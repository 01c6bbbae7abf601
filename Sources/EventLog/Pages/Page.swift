/// Something in `data.mdb` that is not as LMDB writes it.
struct PageDamage: Error, Equatable {
    let page: UInt64
    let what: String

    init(_ page: UInt64, _ what: String) { (self.page, self.what) = (page, what) }

    /// - Parameter tree: the name of the tree that the page belongs to.
    func message(in tree: String? = nil) -> String {
        "page \(page) of data.mdb\(tree.map { " (\($0))" } ?? ""): \(what)"
    }
}

/// A page, or the first bytes of one, as LMDB 0.9 lays it out: a head of 16 bytes, then the rest.
///
/// What stands in it is not trusted. All reading goes through the two functions that check bounds.
/// Numbers are little-endian, as on every host that this runs on.
struct Page {
    /// The flag that a page has, and the only one.
    enum Kind: UInt16 {
        case branch = 1
        case leaf = 2
        case overflow = 4
        case meta = 8
    }

    static let headSize = 16

    let number: UInt64
    let bytes: [UInt8]

    func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int
    ) throws(PageDamage) -> Value {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset <= bytes.count - size else { throw outside }
        return bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
    }

    /// Its indices are offsets in the page.
    func slice(from offset: Int, count: Int) throws(PageDamage) -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else {
            throw outside
        }
        return bytes[offset..<offset + count]
    }

    private var outside: PageDamage { damage("something in it would end outside of it") }

    func damage(_ what: String) -> PageDamage { PageDamage(number, what) }

    /// Checks that this is the page that its place says, and of the kind that belongs here.
    func checkHead(_ kind: Kind) throws(PageDamage) {
        let written: UInt64 = try integer(at: 0)
        guard written == number else { throw damage("it says that it is page \(written)") }
        // The size of keys in pages of a kind that a log does not have.
        let padding: UInt16 = try integer(at: 8)
        let flags: UInt16 = try integer(at: 10)
        guard flags == kind.rawValue, padding == 0 else {
            throw damage("it does not have the head of \(kind) pages")
        }
    }
}
