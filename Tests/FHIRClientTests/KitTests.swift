import FHIR
import FHIRClient
import PDex
import SampleData
import Testing

/// The answers of the PDex test kit, read by the client that reads a server's.
@Suite(
    "The answers of the PDex test kit",
    .enabled(if: SharedFolder.has("data/pdex-kit"), "they are not on this machine"))
struct KitTests {
    @Test("the search by the member's identifier gives the one Patient who has it")
    func identifier() async throws {
        let page = try await client("patient_identifier_response")
            .search(SearchQuery("Patient", [.init("identifier", "99999")]))

        let patient = try Resource(parsing: try #require(page.entries.first).bytes)
        let number = (patient["identifier"]?.elements ?? []).compactMap(Identifier.init).first { $0.hasTypeCode("MB") }
        #expect(page.entries.count == 1 && page.total == 1 && page.next == nil)
        #expect(patient.type == "Patient" && patient.id == "999")
        #expect(number?.value == "99999")
    }

    @Test(
        "a page of $everything is read whole, each entry as it was written; its next link, which leads elsewhere, is not followed"
    )
    func everything() async throws {
        let client = try client("everything_response")
        let page = try await client.search(SearchQuery("Patient/999/$everything", []))

        let whole = try JSONParser.parse(try Self.bytes("everything_response"))
        let read = try page.entries.map { try JSONParser.parse($0.bytes) }
        #expect(read == whole["entry"]?.elements.compactMap { $0["resource"] })
        #expect(read.map { $0["resourceType"]?.string }.prefix(3) == ["Patient", "Encounter", "Device"])
        #expect(page.entries.allSatisfy { $0.mode == .match })
        let next = try #require(page.next)
        let fault = await #expect(throws: Fault.self) { try await client.page(next) }
        #expect(fault?.code == .remotePolicy)
    }

    private func client(_ name: String) throws -> ClinicClient {
        let text = String(decoding: try Self.bytes(name), as: UTF8.self)
        return ClinicClient(try session(FunctionTransport { _, _ in .json(text) }))
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        try SharedFolder.bytes(of: "data/pdex-kit/\(name).fhir.json")
    }
}
