import PDex
import Testing

@testable import FHIRClient

@Suite("The id of an answer")
struct AnswerIDTests {
    private static let id = "4f1c8a52-90bb-4d6e-8f3a-0c1d2e3f4a5b"

    @Test(
        "is told with a fault, whatever its field is called",
        arguments: ["X-Request-Id", "x-correlation-id", "Request-Id"])
    func tells(name: String) async throws {
        var headers: HTTPHeaders = [:]
        headers[name] = Self.id
        let answer = HTTPResponse.json("{}", status: 400, headers: headers)
        let transport = FunctionTransport { _, _ in answer }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).search(SearchQuery("Encounter"))
        }

        #expect(fault?.message.contains(Self.id) == true)
    }

    @Test("is kept with what a payer answered, well or not", arguments: [200, 422])
    func keeps(status: Int) async throws {
        let answer = HTTPResponse.json("{}", status: status, headers: ["X-Request-Id": Self.id])
        let transport = FunctionTransport { _, _ in answer }

        let taken = try await PayerClient(try session(transport)).submit([], requestID: "ours", lastLook: {})

        #expect(taken.answerID == Self.id)
    }

    @Test(
        "is not told when it could be somebody's: a name, a number of a person, a sentence",
        arguments: ["Ada-Abbe", "123-45-6789", "5551234567", "for Joe Hale, born 1970", "MRN-0000000000000001", ""])
    func keepsQuiet(value: String) {
        #expect(AnswerID.words(["X-Request-Id": value]) == "")
    }
}
