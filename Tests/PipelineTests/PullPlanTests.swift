import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Which way a clinic is pulled")
struct PullPlanTests {
    @Test("a Group that is exported is exported; else its members are searched, and the plan says why")
    func groups() throws {
        let exported = try plan(.auto, group: "g", capability(export: ["Group"]))
        let searched = try plan(.auto, group: "g", capability(export: ["Patient"]))
        #expect(exported.way == .export(.group("g")))
        #expect(exported.reasons.first == "Group/[id]/$export is offered")
        #expect(searched.way == .search)
        #expect(searched.reasons == ["Group/[id]/$export is not offered"])
    }

    @Test("without a Group all patients are exported, but never the whole system unasked")
    func everybody() throws {
        #expect(try plan(.auto, group: nil, capability(export: ["Patient"])).way == .export(.patient))
        #expect(try plan(.auto, group: nil, capability(export: ["system"])).way == .search)
        #expect(try plan(.bulkExport, group: nil, capability(export: ["system"])).way == .export(.system))
    }

    @Test("a job that insists on an export that is not offered is refused with what to change")
    func insists() {
        let fault = #expect(throws: Fault.self) { try plan(.bulkExport, group: "g", capability(export: [])) }
        #expect(fault?.code == .clinicCapability)
        #expect(fault?.hint?.contains("select.by") == true)
    }

    @Test("each type is searched by what was written since, else by what was done since, else whole")
    func narrowing() throws {
        let capability = ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: [],
            types: [
                "Patient": .init(), "Encounter": .init(searchParameters: ["patient", "_lastUpdated", "date"]),
                "Condition": .init(searchParameters: ["patient", "recorded-date"]),
                "Observation": .init(searchParameters: ["patient"]),
            ])
        let plan = try plan(.rosterSearch, group: "g", capability)
        #expect(
            plan.narrowing == [
                "Patient": .none, "Encounter": .lastUpdated, "Condition": .date("recorded-date"), "Observation": .none,
            ])
    }

    @Test("types that the clinic does not list are named")
    func missing() throws {
        let capability = ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: [],
            types: ["Patient": .init(), "Encounter": .init()])
        #expect(try plan(.auto, group: nil, capability).missing == ["Condition", "Observation"])
    }

    @Test("one member is fetched by one operation where it is offered, unless the job says search")
    func member() {
        let offering = ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: [],
            types: ["Patient": .init(operations: ["everything"])])
        #expect(PullPlan.member(selection(.auto, group: nil), offering).way == .everything)
        #expect(PullPlan.member(selection(.rosterSearch, group: nil), offering).way == .search)
        #expect(PullPlan.member(selection(.auto, group: nil), capability(export: [])).way == .search)
    }

    private func plan(
        _ method: ExchangeTerms.Selection.Method, group: String?, _ capability: ServerCapability
    ) throws -> PullPlan {
        try PullPlan.roster(selection(method, group: group), capability, clinic: "clinic0")
    }

    private func selection(_ method: ExchangeTerms.Selection.Method, group: String?) -> ExchangeTerms.Selection {
        .init(
            method: method, group: group, types: ["Patient", "Encounter", "Condition", "Observation"],
            since: .lastSuccess)
    }

    private func capability(export levels: Set<String>) -> ServerCapability {
        let types = ["Group", "Patient"].map { type in
            (type, ServerCapability.TypeCapability(operations: levels.contains(type) ? ["export"] : []))
        }
        return ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: levels.contains("system") ? ["export"] : [],
            types: Dictionary(uniqueKeysWithValues: types))
    }
}
