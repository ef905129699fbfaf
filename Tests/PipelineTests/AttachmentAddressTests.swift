import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Where attachments are")
struct AttachmentAddressTests {
    @Test(
        "an address that leads from the clinic's base is written whole, and every other as it is",
        arguments: [
            ("Binary/b1", "https://fhir.clinic0.example/r4/Binary/b1"),
            ("https://elsewhere.example/Binary/b1", "https://elsewhere.example/Binary/b1"),
            ("urn:uuid:4f3d0b0e-7c1c-4f0e-9a57-3d8a0d7f1c11", "urn:uuid:4f3d0b0e-7c1c-4f0e-9a57-3d8a0d7f1c11"),
            ("/files/b1", "/files/b1"), ("#b1", "#b1"), ("", ""),
        ])
    func addresses(url: String, sent: String) throws {
        let attachment: JSONValue = ["contentType": "application/pdf", "url": .string(url)]
        let note = try Resource([
            "resourceType": "DocumentReference", "id": "n", "content": [["attachment": attachment]],
        ])
        let report = try Resource([
            "resourceType": "DiagnosticReport", "id": "r", "presentedForm": [attachment],
            "extension": [["url": "relative", "valueAttachment": attachment]],
        ])

        let (wholeNote, wholeReport) = (Self.whole(note), Self.whole(report))

        #expect(wholeNote["content"]?[0]?["attachment"]?["url"]?.string == sent)
        #expect(wholeReport["presentedForm"]?[0]?["url"]?.string == sent)
        #expect(wholeReport["extension"]?[0]?["valueAttachment"]?["url"]?.string == sent)
        #expect(wholeReport["extension"]?[0]?["url"]?.string == "relative")
    }

    @Test("a document that the payer is sent does not name one of the payer's own")
    func sent() async throws {
        let note: JSONValue = [
            "resourceType": "DocumentReference", "id": "n", "status": "current", "type": ["text": "a note"],
            "category": [["text": "Clinical note"]], "subject": ["reference": "Patient/joe"],
            "context": ["encounter": [["reference": "Encounter/joe-visit"]]],
            "content": [["attachment": ["contentType": "text/plain", "url": "Binary/b1"]]],
        ]
        let night = try Night([.joe], mappings: usCoreMappings, also: [try Resource(note)])
        _ = try await night.run()
        let urls = night.payer.held.values.filter { $0.type == "DocumentReference" }.compactMap {
            $0["content"]?[0]?["attachment"]?["url"]?.string
        }
        #expect(urls.contains("https://fhir.clinic0.example/r4/Binary/b1"))
        #expect(!urls.contains("Binary/b1"))
    }

    private static func whole(_ resource: Resource) -> JSONObject {
        AttachmentAddresses.whole(resource, base: "https://fhir.clinic0.example/r4")
    }
}
