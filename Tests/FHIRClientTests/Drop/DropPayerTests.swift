import FHIR
import Foundation
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import FHIRClient

/// Leaving a bundle as files: whole or not at all, once, and found again (WR-16, WR-22 f).
@Suite("File drop")
struct DropPayerTests {
    private let folder: TemporaryFolder
    private let bundle: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        bundle = try DropSample(seed: 7).bundle
    }

    @Test("a drop is a folder of its own that only we can read, and is answered entry by entry")
    func drops() async throws {
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))

        let answer = try await payer().submit(bundle, requestID: "x-1-1", lastLook: {})

        #expect(try names() == [content.name])
        #expect(try held(content.name) == content.files.sorted { $0.name < $1.name })
        #expect(try mode(content.name) == 0o700)
        for file in content.files { #expect(try mode("\(content.name)/\(file.name)") == 0o600) }
        let response = try FHIRBundle(try JSONParser.parse(answer.body))
        #expect(response.entries.map(\.response?.location) == content.entries.map(\.location))
        #expect(
            response.entries.map(\.response?.status) == content.entries.map { $0.isDeleted ? "204" : "201" })
        #expect(answer.answerID == content.name)
    }

    @Test("a drop that was left under its former name is found there, and not left twice")
    func formerName() async throws {
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))
        _ = try await payer().submit(bundle, requestID: "x-1-1", lastLook: {})
        try FileManager.default.moveItem(
            atPath: "\(folder.path)/\(content.name)", toPath: "\(folder.path)/\(content.plainName)")

        let trace = try await payer().trace(of: bundle, requestID: "x-1-2")
        let answer = try await payer().submit(bundle, requestID: "x-1-2", lastLook: {})

        #expect(try names() == [content.plainName])
        #expect(answer.answerID == content.plainName)
        #expect(trace == .whole(content.entries.map(\.location)))
    }

    @Test("the last look is at a complete draft, when nothing has appeared yet; what it throws leaves nothing behind")
    func lastLook() async throws {
        let withdrawn = Fault(.consentDenied, .withhold, "withdrawn")
        let seen = Mutex<[String]>([])
        let (path, content) = (folder.path, try #require(DropContent(bundle, requestID: "x-1-1")))

        let fault = await #expect(throws: Fault.self) {
            try await payer().submit(bundle, requestID: "x-1-1") {
                let names = try FileManager.default.contentsOfDirectory(atPath: path)
                let files = try names.flatMap { try FileManager.default.contentsOfDirectory(atPath: "\(path)/\($0)") }
                seen.withLock { $0 = names.filter { !$0.hasPrefix(".") } + files.sorted() }
                throw withdrawn
            }
        }

        #expect(fault == withdrawn)
        #expect(seen.withLock { $0 } == content.files.map(\.name).sorted())
        #expect(try names() == [])
    }

    @Test(
        "whatever fails: the drop appears whole or not at all, nothing else is left, and the next attempt has it there once",
        arguments: [ENOSPC, EIO, EROFS, EACCES, ENOENT])
    func failures(number: Int32) async throws {
        let calm = TripWire()
        _ = try await payer(calm).submit(bundle, requestID: "x-1-1", lastLook: {})
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))

        for place in calm.steps.indices {
            try clear()
            let wire = TripWire(at: place, with: number)
            let first = await Result { try await payer(wire).submit(bundle, requestID: "x-1-1", lastLook: {}) }
            let appeared = try names().filter { !$0.hasPrefix(".") }
            let step = wire.steps[place]

            #expect(appeared == [] || appeared == [content.name], "\(step) \(place)")
            #expect(try appeared.isEmpty || held(content.name) == content.files.sorted { $0.name < $1.name })
            if case .failure(let fault) = first {
                let isOpen = [.rename, .syncFolder].contains(step) || !appeared.isEmpty
                #expect(fault.code == (isOpen ? .payerUnknownOutcome : .payerFolder), "\(step) \(fault)")
                #expect(fault.disposition == .retry)
                #expect(isOpen || appeared.isEmpty)
            } else {
                #expect(step == .remove)
            }
            let trace = try await payer().trace(of: bundle, requestID: "x-1-2")
            #expect(trace == (appeared.isEmpty ? .nothing : .whole(content.entries.map(\.location))))
            _ = try await payer().submit(bundle, requestID: "x-1-2", lastLook: {})
            #expect(try names() == [content.name])
            #expect(try held(content.name) == content.files.sorted { $0.name < $1.name })
        }
    }

    @Test(
        "killed at any call: never half of it, the next claim has it there once, and its draft is swept an hour later")
    func kills() async throws {
        let calm = TripWire()
        _ = try await payer(calm).submit(bundle, requestID: "x-1-1", lastLook: {})
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))

        for place in calm.steps.indices {
            try clear()
            let wire = TripWire(at: place, with: EIO, lasting: true)
            _ = await Result { try await payer(wire).submit(bundle, requestID: "x-1-1", lastLook: {}) }
            let appeared = try names().filter { !$0.hasPrefix(".") }

            #expect(try appeared.isEmpty || held(content.name) == content.files.sorted { $0.name < $1.name })
            _ = try await payer().submit(bundle, requestID: "x-1-2", lastLook: {})
            #expect(try held(content.name) == content.files.sorted { $0.name < $1.name })
            try await payer(after: -86_400).prepareDelivery()
            #expect(try names().filter { !$0.hasPrefix(".") } == [content.name])
            try await payer(after: 86_400).prepareDelivery()
            #expect(try names() == [content.name], "\(calm.steps[place])")
        }
    }

    @Test("a process that stood still while its draft was swept lets nothing appear")
    func sweptMeanwhile() async throws {
        let late = try payer(after: 86_400)

        let fault = await #expect(throws: Fault.self) {
            try await payer().submit(bundle, requestID: "x-1-1", lastLook: { try await late.prepareDelivery() })
        }

        #expect(fault?.code == .payerUnknownOutcome)
        #expect(try names() == [])
    }

    @Test("two that hold the same claim leave one drop, and both know it")
    func twice() async throws {
        let other = try payer()

        let answer = try await payer().submit(bundle, requestID: "x-1-1") { [bundle] in
            _ = try await other.submit(bundle, requestID: "x-1-2", lastLook: {})
        }

        #expect(answer.status == 201)
        #expect(try names() == [try #require(DropContent(bundle, requestID: "x-1-1")).name])
    }

    @Test(
        "something else under a drop's name is a conflict for an operator, and stays",
        arguments: ["", "/SHA256SUMS", "/Patient.ndjson"])
    func conflict(file: String) async throws {
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(file.isEmpty ? "taken" : content.name)", withIntermediateDirectories: false)
        try folder.write(content.name + file, Array("of others".utf8))

        let fault = await #expect(throws: Fault.self) {
            try await payer().submit(bundle, requestID: "x-1-2", lastLook: {})
        }

        #expect(fault?.code == .payerConflict && fault?.disposition == .park)
        #expect(try await payer().trace(of: bundle, requestID: "x-1-2") == .nothing)
        #expect(try folder.read(content.name + file) == Array("of others".utf8))
    }

    @Test("an empty folder under its name is nobody's drop, and is taken")
    func empty() async throws {
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(content.name)", withIntermediateDirectories: false)

        _ = try await payer().submit(bundle, requestID: "x-1-1", lastLook: {})

        #expect(try held(content.name).count == content.files.count)
    }

    @Test("what the payer has put among what it took is not left again")
    func taken() async throws {
        let content = try #require(DropContent(bundle, requestID: "x-1-1"))
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/taken/\(content.name)", withIntermediateDirectories: true)

        let trace = try await payer().trace(of: bundle, requestID: "x-1-2")
        _ = try await payer().submit(bundle, requestID: "x-1-2", lastLook: {})

        #expect(trace == .whole(content.entries.map(\.location)))
        #expect(try names() == ["taken"])
    }

    @Test("a folder that is gone is not made: nothing is lost, and it is told before anything is pulled")
    func gone() async throws {
        try FileManager.default.removeItem(atPath: folder.path)

        let before = await #expect(throws: Fault.self) { try await payer().prepareDelivery() }
        let fault = await #expect(throws: Fault.self) {
            try await payer().submit(bundle, requestID: "x-1-1", lastLook: {})
        }

        #expect(before?.code == .payerFolder && before?.disposition == .retry)
        #expect(fault?.code == .payerFolder && fault?.disposition == .retry)
        #expect(fault?.message == "A drop for med0 could not be written: the folder is not there.")
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("a folder into which others may write, if only its group, is refused", arguments: [0o777, 0o720, 0o702])
    func open(mode: Int) async throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)

        let fault = await #expect(throws: Fault.self) { try await payer().prepareDelivery() }

        #expect(fault?.code == .payerFolder && fault?.disposition == .halt)
        #expect(fault?.hint?.hasPrefix("chmod 0700 the folder") == true)
    }

    @Test("a write under a condition is parked, and nothing of its bundle is written")
    func condition() async throws {
        let bundle = Array(
            #"""
            {"resourceType":"Bundle","type":"batch","timestamp":"2026-06-01T02:15:00Z","entry":[
             {"resource":{"resourceType":"Goal","id":"a"},"request":{"method":"PUT","url":"Goal?identifier=a"}}]}
            """#.utf8)

        let fault = await #expect(throws: Fault.self) {
            try await payer().submit(bundle, requestID: "x-1-1", lastLook: {})
        }

        #expect(fault?.code == .payerCapability && fault?.disposition == .park)
        #expect(try names() == [])
    }

    // MARK: The folder

    private func payer(_ wire: TripWire = TripWire(), after seconds: Double = 0) throws -> DropPayer {
        let clock = ManualClock(Instant(seconds: Int64(Date.now.timeIntervalSince1970)))
        clock.advance(seconds: seconds)
        return DropPayer(
            PayerClient(try session(FunctionTransport { _, _ in .json("{}", status: 500) })), name: "med0",
            DropFolder(path: folder.path, trip: wire.meet), clock: clock)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func held(_ drop: String) throws -> [DropContent.File] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(drop)").sorted().map {
            DropContent.File(name: $0, bytes: try folder.read("\(drop)/\($0)"))
        }
    }

    private func mode(_ name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    private func clear() throws {
        for name in try names() { try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)") }
    }
}

extension Result where Failure == Fault {
    /// The fault of `body`; anything else fails the test.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error as? Fault ?? Fault(.usage, .stop, "\(error)"))
        }
    }
}
