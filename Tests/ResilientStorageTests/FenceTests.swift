import ResilientStorage
import Testing

struct FenceTests {
    /// In the epoch of the write: what may be sent where, by the state of the failover.
    private static let permitted: [Failover.State: Set<String>] = [
        .primary: ["service primary", "delivery primary", "delivery secondary"],
        .switchingOver: ["delivery secondary"],
        .secondary: ["service secondary", "delivery secondary"],
        .failingBack: [
            "delivery secondary", "reconciliation primary", "reconciliation secondary",
        ],
    ]

    @Test(arguments: Failover.State.allCases)
    func onlyTheStorageThatServesIsWrittenTo(state: Failover.State) {
        var found: Set<String> = []
        for purpose in WritePurpose.allCases {
            for site in SiteName.allCases
            where Fence().permits(purpose, to: site, admittedIn: 4, current: 4, state: state) {
                found.insert("\(purpose) \(site)")
            }
        }
        #expect(found == Self.permitted[state])
    }

    @Test(arguments: [0, 1, 3, 5] as [UInt64])
    func aWriteOfAnotherEpochIsNeverSent(admitted: UInt64) {
        for state in Failover.State.allCases {
            for purpose in WritePurpose.allCases {
                for site in SiteName.allCases {
                    let isPermitted = Fence().permits(
                        purpose, to: site, admittedIn: admitted, current: 4, state: state)
                    #expect(!isPermitted, "\(purpose) \(site) \(state)")
                }
            }
        }
    }
}
