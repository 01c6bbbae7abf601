extension Page {
    /// The number of entries of a leaf of numbers that is as plain as nearly all are: short values
    /// only, which fill the page from its end in the order of their keys.
    ///
    /// - Returns: `nil` for any other page, which has to be looked at in detail.
    func plainEntryCount(within range: KeyRange) -> Int? {
        guard range.order == .integers, (try? checkHead(.leaf)) != nil else { return nil }
        let lower = range.lower.map { KeyOrder.integer($0) } ?? 0
        let upper = range.upper.map { KeyOrder.integer($0) } ?? .max
        return bytes.withUnsafeBytes { page in
            let places = Self.headSize..<Int(page.number(at: 12))
            let free = Int(page.number(at: 14))
            guard places.count >= 2, places.count % 2 == 0, places.upperBound <= free,
                free <= page.count
            else { return nil }
            var (end, previous) = (page.count, lower)
            for place in stride(from: places.lowerBound, to: places.upperBound, by: 2) {
                let start = Int(page.number(at: place))
                guard start >= free, start % 2 == 0, start <= page.count - 16 else { return nil }
                let size = Int(page.number(at: start)) | Int(page.number(at: start + 2)) << 16
                let key = UInt64(
                    littleEndian: page.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
                let isInOrder = place == places.lowerBound ? key >= previous : key > previous
                // Neither flags, nor a key of another length.
                guard page.number(at: start + 4) == 0, page.number(at: start + 6) == 8,
                    start + 16 + size + size % 2 == end, isInOrder, key < upper
                else { return nil }
                (end, previous) = (start, key)
            }
            return end == free ? places.count / 2 : nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// - Parameter offset: within the buffer, which the caller has checked.
    fileprivate func number(at offset: Int) -> UInt16 {
        UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
