public import FHIR

/// Looking behind the servers, and acting as their staff.
extension SandboxServers {
    /// Everything that Med0 holds, by type and in the order of arrival.
    public func payerResources() -> [Resource] { payer.resources }

    /// One resource of Med0.
    public func payerResource(_ type: String, _ id: String) -> Resource? {
        payer.resource(type, id).flatMap { try? Resource(parsing: $0) }
    }

    /// How often Med0 was asked, by method and first segment: `POST /` counts submissions, `GET Coverage` searches.
    public func payerRequests() -> [String: Int] { payer.requestCounts }

    /// The most deliveries that Med0 had under way at once.
    public var mostDeliveriesAtOnce: Int { deliveries.most }

    /// How often Med0 was asked who somebody is, by its answer: `member`, `nobody`, `several`, `consent-refused`.
    public func payerQuestions() -> [String: Int] {
        Dictionary(payer.verdicts.map { ($0.name, 1) }, uniquingKeysWith: +)
    }

    /// Adds a resource at Med0 or changes it, as its own staff would. Throws when it has no id.
    public func updatePayer(_ resource: Resource) throws { try payer.update(resource) }

    /// Makes a member's Consent `inactive`.
    ///
    /// False when the member has none.
    public func withdrawConsent(payerPatientID: String) throws -> Bool {
        let consents = payerResources().filter {
            $0.type == "Consent" && $0["patient"]?["reference"]?.string == "Patient/\(payerPatientID)"
        }
        for var consent in consents {
            consent.json["status"] = "inactive"
            try payer.update(consent)
        }
        return !consents.isEmpty
    }

    /// How many resources Clinic0 holds, by type.
    public func clinicCounts() -> [String: Int] { clinic.counts }

    /// One resource of Clinic0.
    public func clinicResource(_ type: String, _ id: String) -> Resource? {
        clinic.resource(type, id).flatMap { try? Resource(parsing: $0) }
    }

    /// Adds a resource at Clinic0 or changes it: its version counts up and `meta.lastUpdated` becomes now.
    ///
    /// Throws when it has no id.
    public func updateClinic(_ resource: Resource) throws { try clinic.update(resource) }

    /// Deletes a resource at Clinic0; false when there is none. The next export with `_since` reports the deletion.
    @discardableResult
    public func deleteAtClinic(_ type: String, _ id: String) -> Bool { clinic.delete(type, id) }

    /// Makes every token of both servers invalid at once.
    public func revokeTokens() {
        clinic.front.authorization.revokeAll()
        payer.front.authorization.revokeAll()
    }
}
