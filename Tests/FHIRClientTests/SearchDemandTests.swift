import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// A 400 that asks for more (RD-10).
@Suite("Searches that say too little")
struct SearchDemandTests {
    @Test(
        "a 400 that says what is required is told from one that does not",
        arguments: [
            (#"{"severity":"error","code":"required"}"#, FaultCode.remoteSearchDemands),
            (#"{"severity":"error","code":"invalid","diagnostics":"needs a Category"}"#, .remoteSearchDemands),
            (#"{"severity":"fatal","code":"business-rule","details":{"text":"give a status"}}"#, .remoteSearchDemands),
            (#"{"severity":"error","code":"invalid","expression":["http.intent"]}"#, .remoteSearchDemands),
            (#"{"severity":"error","code":"invalid","diagnostics":"no such patient"}"#, .remoteRefused),
            (#"{"severity":"warning","code":"required","diagnostics":"category"}"#, .remoteRefused),
        ])
    func demands(issue: String, code: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in
            .json(#"{"resourceType":"OperationOutcome","issue":["# + issue + "]}", status: 400)
        }
        let client = ClinicClient(try session(transport, ManualClock()))

        let fault = await #expect(throws: Fault.self) {
            try await client.search(SearchQuery("Observation", [.init("patient", "p1")]))
        }

        #expect(fault?.code == code)
        #expect(fault?.httpStatus == 400)
        #expect(fault?.description.contains("such patient") == false)
    }
}
