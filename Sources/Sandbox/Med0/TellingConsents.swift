import FHIR
import PDex

/// Whether a member still permits Med0 to disclose; checked again for each member when an export starts (DX-04).
struct TellingConsents {
    /// The extension by which a member of a Group names the Consent that came with the question.
    static let url = "https://med0.example/fhir/StructureDefinition/told-under"

    let now: Instant

    /// HC-01 … HC-03: active, valid now, and from this payer.
    func permits(_ consent: Consent) -> Bool {
        consent.status == "active" && consent.policy != nil && consent.provisionType == "permit"
            && consent.period?.contains(now) ?? false && isOfMed0(consent)
            && consent.actors.contains { $0.roles.contains(.recipient) }
    }

    /// Whether a member of a Group may be disclosed: the Consent that came with the question still permits it, and
    /// nothing that the payer has recorded since revokes it.
    func permit(_ member: JSONValue, of group: JSONValue, id: String, in store: FHIRStore) -> Bool {
        let named = (member["entity"]?["extension"]?.elements ?? []).first { $0["url"]?.string == Self.url }
        if let text = named?["valueReference"]?["reference"]?.string {
            let consent = (group["contained"]?.elements ?? []).first { "#" + ($0["id"]?.string ?? "") == text }
            guard let consent, let resource = try? Resource(consent), permits(Consent(resource)) else { return false }
        }
        return !(store.tables["Consent"]?.resources ?? []).contains { stored in
            guard stored.patient == id, let consent = (try? Resource(stored.tree)).map(Consent.init) else {
                return false
            }
            return isOfMed0(consent) && (consent.status == "inactive" || consent.provisionType == "deny")
        }
    }

    private func isOfMed0(_ consent: Consent) -> Bool {
        consent.actors.contains { $0.roles.contains(.source) && $0.identifier?.value == NPI.med0 }
    }
}
