import DRTesting
import Testing

@testable import Engine

/// What a target allows, and what is refused.
struct OutsideAllowanceTests {
    private func isAllowed(_ host: String, _ port: Int, by entry: String) -> Bool {
        Allowance(hosts: [entry]).allows(host: host, port: port)
    }

    @Test func aHostIsAllowedForAllPortsOrForOne() {
        #expect(isAllowed("inventory", 80, by: "inventory"))
        #expect(isAllowed("inventory", 8081, by: "inventory"))
        #expect(isAllowed("inventory", 8081, by: "inventory:8081"))
        #expect(!isAllowed("inventory", 80, by: "inventory:8081"))
        #expect(!isAllowed("inventory.example.com", 80, by: "inventory"))
        #expect(!isAllowed("inventory", 80, by: "example.com"))
    }

    @Test func capitalLettersAndTheLastDotOfANameDoNotMatter() {
        #expect(isAllowed("Inventory.Example.COM.", 443, by: "inventory.example.com"))
        #expect(isAllowed("inventory.example.com", 443, by: "Inventory.Example.com.:443"))
    }

    @Test func anAddressIsTheSameHoweverItIsWritten() {
        #expect(isAllowed("127.0.0.1", 80, by: "127.0.0.1"))
        #expect(isAllowed("::1", 80, by: "[::1]:80"))
        #expect(isAllowed("0:0:0:0:0:0:0:1", 80, by: "::1"))
        #expect(isAllowed("::ffff:127.0.0.1", 80, by: "127.0.0.1:80"))
        #expect(!isAllowed("::1", 81, by: "[::1]:80"))
        // A name that some resolvers take for an address is a name.
        #expect(!isAllowed("127.1", 80, by: "127.0.0.1"))
    }

    @Test func nothingIsAllowedByNothing() {
        #expect(!Allowance().allows(host: "127.0.0.1", port: 80))
        #expect(!Allowance().allows(host: "localhost", port: 80))
    }

    @Test(arguments: [
        "", ":80", "inventory:", "inventory:0", "inventory:65536", "inventory:http", "a b",
        "http://inventory", "me@inventory", "inventory/path", "[inventory]:80", "[::1", "a:b:80",
    ])
    func whatIsNoHostIsNoEntry(_ text: String) {
        #expect(AllowedHost(text)?.name == nil)
    }

    @Test(arguments: [
        "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    ])
    func addressesThatNoServiceIsMeantByAreSpecial(_ text: String) throws {
        #expect(try #require(NetworkAddress(text)).isSpecial)
    }

    @Test(arguments: [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "8.8.8.8", "::1", "2001:db8::1", "64:ff9b::808:808",
    ])
    func othersAreNot(_ text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(!address.isSpecial)
        #expect(address.description == text)
    }

    @Test func aCallTakesAlongOnlyWhatItNeeds() {
        let allowance = Allowance(
            hosts: ["a"], processes: ["/bin/a", "/bin/b"], environment: ["A", "B", "C"],
            plugins: ["/p"])
        let call = OutsideCall.process(
            ProcessCall(path: "/bin/a", arguments: ["${B}"], environment: ["C"]))
        #expect(
            allowance.narrowed(to: call)
                == Allowance(processes: ["/bin/a"], environment: ["B", "C"]))
    }

    @Test(arguments: [
        OutsideCall.http(HTTPCall(url: "http://127.0.0.1:1/")),
        .process(ProcessCall(path: "/bin/true")),
        .plugin(PluginCall(path: "/bin/true", purpose: .observe, name: "a")),
    ])
    func whatIsNotAllowedIsRefusedBeforeAnythingHappens(_ call: OutsideCall) async {
        let caller = OutsideRig.caller(Allowance())
        #expect(throws: OutsideError(.notAllowed, "")) { try caller.check(call) }
        #expect(await OutsideRig.failure(of: call, by: caller)?.code == .notAllowed)
    }

    @Test func aProgramIsAllowedByItsWholePath() {
        let caller = OutsideRig.caller(Allowance(processes: ["/bin/sh", "true"]))
        func code(_ path: String) -> OutsideError.Code? {
            do throws(OutsideError) {
                try caller.check(.process(ProcessCall(path: path)))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code("/bin/sh") == nil)
        #expect(code("/bin/../bin/sh") == .notAllowed)
        #expect(code("sh") == .notAllowed)
        #expect(code("true") == .notAllowed)
    }

    @Test func aPathThatOnlyLooksTheSameIsAnother() throws {
        let folder = TemporaryDirectory()
        let (allowed, other) = (folder.path + "/caf\u{e9}", folder.path + "/cafe\u{301}")
        for path in [allowed, other] { try OutsideRig.write("#!/bin/sh\n", to: path) }
        let caller = OutsideRig.caller(Allowance(processes: [allowed]))
        let call = OutsideCall.process(ProcessCall(path: other))
        #expect(throws: OutsideError(.notAllowed, "")) { try caller.check(call) }
        #expect(Allowance(processes: [allowed]).narrowed(to: call).processes.isEmpty)
    }

    @Test(arguments: ["true", "bin/true", "/", "/bin/../bin/true", "/bin/./true", "/.."])
    func aPathThatIsNotWholeCannotBeAllowed(_ path: String) {
        let head = "name: a\nkind: embedded\nenvironment: test\n"
        var problems: [String] = []
        do throws(FileError) {
            _ = try TargetReader.read(
                head + "allow: {processes: [\"\(path)\"]}\n", file: "a.yaml", environment: [:])
        } catch {
            problems = error.problems.map(\.description)
        }
        #expect(problems.count == 1)
        let end = "a path from the root without '.' and '..', as /usr/bin/df"
        #expect(problems.first?.hasSuffix(end) == true, "\(problems)")
    }

    @Test func aProgramThatIsNotThereIsTold() {
        let caller = OutsideRig.caller(Allowance(processes: ["/no/such/program"]))
        #expect(throws: OutsideError(.unusable, "")) {
            try caller.check(.process(ProcessCall(path: "/no/such/program")))
        }
    }

    @Test func aVariableHasToBeAllowedAndThere() {
        let allowance = Allowance(processes: ["/bin/sh"], environment: ["THERE", "MISSING"])
        let caller = OutsideRig.caller(allowance, environment: ["THERE": "a", "OTHER": "b"])
        func code(_ name: String) -> OutsideError.Code? {
            do throws(OutsideError) {
                try caller.check(OutsideRig.script("true", ["${\(name)}"]))
                try caller.check(OutsideRig.script("true", environment: [name]))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code("THERE") == nil)
        #expect(code("MISSING") == .unusable)
        #expect(code("OTHER") == .notAllowed)
    }
}
