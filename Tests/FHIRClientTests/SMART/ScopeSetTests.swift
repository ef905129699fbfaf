import FHIRClient
import Testing

/// Scopes as requested and as granted (SMART App Launch 2.2.0; SBS-33, SBS-40 to SBS-43).
@Suite("Scopes")
struct ScopeSetTests {
    @Test("scopes are sorted, and their letters are in the order cruds")
    func writesBothForms() {
        var scopes = ScopeSet(
            types: ["Patient", "Encounter"], letters: [.search, .read], verbatim: ["system/bulk-submit"])
        scopes.allow("Provenance", [.update, .search, .create])

        #expect(
            scopes.text(in: .v2)
                == "system/Encounter.rs system/Patient.rs system/Provenance.cus system/bulk-submit")
        #expect(
            scopes.text(in: .v1)
                == "system/Encounter.read system/Patient.read system/Provenance.* system/bulk-submit")
    }

    @Test(
        "a grant covers what it allows, in either form and with wildcards",
        arguments: [
            "system/Encounter.rs system/Patient.rs", "system/Encounter.read system/Patient.read", "system/*.read",
            "system/*.*", "system/*.cruds", "system/Encounter.r system/Encounter.s system/Patient.*",
            "openid system/*.rs offline_access",
        ])
    func acceptsEquivalents(granted: String) {
        let scopes = ScopeSet(types: ["Encounter", "Patient"], letters: [.read, .search])

        #expect(scopes.missing(from: granted, in: .v2).isEmpty)
    }

    @Test(
        "what is not granted is named",
        arguments: [
            ("", ["system/Encounter.rs", "system/Patient.rs"]),
            ("system/Encounter.rs", ["system/Patient.rs"]),
            ("system/Encounter.rs system/Patient.r", ["system/Patient.s"]),
            ("system/Encounter.rs user/Patient.rs patient/Patient.rs", ["system/Patient.rs"]),
            ("system/Encounter.rs system/Patient.rs?active=true", ["system/Patient.rs"]),
            ("system/Encounter.rs system/Patient.write", ["system/Patient.rs"]),
            ("system/Encounter.rs system/Patient.rx", ["system/Patient.rs"]),
            ("system/Encounter.rs system/.rs system/Patient.", ["system/Patient.rs"]),
        ])
    func namesMissing(granted: String, missing: [String]) {
        let scopes = ScopeSet(types: ["Encounter", "Patient"], letters: [.read, .search])

        #expect(scopes.missing(from: granted, in: .v2) == missing)
    }
}
