import Testing

@testable import Engine

struct VictimsTests {
    private static func object(_ text: String) -> StoredObject { StoredObject(Array(text.utf8)) }

    /// Two are deleted, two altered; others are left alone.
    private static let left = [
        "altered": object("garbage"), "younger": object("garbage"), "spared": object("data"),
    ]

    private static var victims: Victims {
        var victims = Victims()
        victims.add(["deleted", "gone"], in: left)
        victims.add(["altered", "younger"], in: left)
        return victims
    }

    @Test func withoutARestoreNothingHasChanged() {
        #expect(Self.victims.keys.count == 4)
        #expect(Self.victims.changed(in: Self.left) == 0)
        // Whatever became of the others.
        var stored = Self.left
        stored["spared"] = nil
        stored["new"] = Self.object("data")
        #expect(Self.victims.changed(in: stored) == 0)
    }

    @Test func whatIsThereAgainOrOtherwiseOrRemovedHasChanged() {
        var stored = Self.left
        stored["deleted"] = Self.object("data")
        #expect(Self.victims.changed(in: stored) == 1)
        stored["altered"] = Self.object("data")
        #expect(Self.victims.changed(in: stored) == 2)
        stored["younger"] = nil
        #expect(Self.victims.changed(in: stored) == 3)
    }

    @Test func whatIsDestroyedAgainIsAsItWasLeftLast() {
        var victims = Self.victims
        victims.add(["altered"], in: [:])
        #expect(victims.keys.count == 4)
        #expect(victims.changed(in: Self.left) == 1)
    }
}
