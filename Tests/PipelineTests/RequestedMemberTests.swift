import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// From the plan's id of a member to the clinic's id of a patient.
@Suite("A member who is asked for by the plan's id")
struct RequestedMemberTests {
    private static let system = "https://med0.example/fhir/member-id"

    @Test("is the patient whom the rules take for that member, with the system or by the one that is declared")
    func found() async throws {
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, numbers: MemberNumbers(memberSystem: Self.system))
        _ = try await night.run()

        #expect(try await night.pipeline.patient(ofMember: Self.system + "|M0-1") == "joe")
        #expect(try await night.pipeline.patient(ofMember: "M0-2") == "ada")
    }

    @Test("is nobody when the payer has no such member, under another system, and before anything was read")
    func unknown() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let before = await code { try await night.pipeline.patient(ofMember: Self.system + "|M0-1") }
        _ = try await night.run()

        let other = await code { try await night.pipeline.patient(ofMember: Self.system + "|M0-2") }
        let elsewhere = await code { try await night.pipeline.patient(ofMember: "https://other.example|M0-1") }

        #expect([before, other, elsewhere] == [.memberUnknown, .memberUnknown, .memberUnknown])
    }

    @Test("is not guessed without a system", arguments: ["M0-1", "|M0-1", "https://med0.example/fhir/member-id|", ""])
    func systemless(member: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()

        #expect(await code { try await night.pipeline.patient(ofMember: member) } == .requestInvalid)
    }

    @Test("is not chosen from two patients with the same claim, until an operator has decided")
    func several() async throws {
        let joe = try #require(try NamedMember.joe.clinicRecords().first { $0.type == "Patient" })
        let second = joe.with(id: "joe2")
        let night = try Night([.joe], mappings: usCoreMappings, also: [second])
        night.clinic.put(try night.group(of: [.joe], also: [["entity": ["reference": "Patient/joe2"]]]))
        _ = try await night.run()
        let before = await code { try await night.pipeline.patient(ofMember: Self.system + "|M0-1") }

        let route = night.pipeline.terms.route
        let patient = night.identities.key(source: "clinic0", type: "Patient", id: "joe2")
        let member = night.identities.key(source: "med0", type: "Patient", id: "m-joe")
        try await night.store.write { writer in
            try writer.decide(
                MemberLink(
                    route: route, patient: patient, member: member, reason: "seen the card", actor: "ada",
                    at: night.clock.now()),
                audit: AuditEntry(at: night.clock.now(), actor: "ada", action: "member.linked"))
        }

        #expect(before == .memberAmbiguous)
        #expect(try await night.pipeline.patient(ofMember: Self.system + "|M0-1") == "joe2")
    }

    @Test("is nobody at the clinic when no patient there is that member")
    func elsewhere() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        for resource in try NamedMember.ada.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(resource)
        }
        _ = try await night.run()

        #expect(await code { try await night.pipeline.patient(ofMember: Self.system + "|M0-2") } == .memberUnknown)
    }

    private func code(_ body: () async throws -> String) async -> FaultCode? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? Fault)?.code
        }
    }
}

extension Resource {
    fileprivate func with(id: String) -> Resource {
        var copy = self
        copy.json["id"] = .string(id)
        return copy
    }
}
