import FHIR
import PDex

/// The bundle entry that takes one resource back from the payer.
struct RetractionEntry: Sendable {
    /// `Type/id` at the payer.
    let location: String
    /// The id at the clinic.
    let id: String
    let contentHash: Int64
    /// The entry that writes it as entered in error; nil to delete it.
    let bytes: [UInt8]?

    /// How it takes the resource back.
    var code: FaultCode { bytes == nil ? .retractedByDelete : .retracted }

    /// The bundle entry.
    var written: [UInt8] {
        if let bytes { return bytes }
        let entry: JSONValue = ["request": ["method": "DELETE", "url": .string(location)]]
        return entry.serialized()
    }
}
