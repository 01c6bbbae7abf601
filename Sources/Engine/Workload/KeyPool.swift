/// Some of the keys. Finding, adding and removing one costs the same however many there are.
struct KeyPool: Sendable {
    private(set) var members: [Int] = []
    private var places: [Int?]

    init(among count: Int) { places = Array(repeating: nil, count: count) }

    mutating func insert(_ key: Int) {
        if places[key] != nil { return }
        places[key] = members.count
        members.append(key)
    }

    mutating func remove(_ key: Int) {
        guard let place = places[key], let last = members.last else { return }
        members[place] = last
        places[last] = place
        members.removeLast()
        places[key] = nil
    }
}
