import FHIR
import Jobs
import PDex
import Pipeline
import Sandbox
import Testing

@Suite("A night in which the payer is asked who somebody is", .serialized)
struct MemberMatchNightTests {
    @Test(
        "those whom only the payer can tell are sent under its identifier, and nobody else is",
        arguments: [
            (MemberMatchShape.uniqueMember, "{ member-match: { attempts: 2 } }", "UMB"),
            (.memberNumber, "{ member-match: { consent: required } }", "MB"),
        ])
    func asks(shape: MemberMatchShape, match: String, type: String) async throws {
        try await withTemporaryFolder { place in
            let change: (inout SandboxOptions) -> Void = { options in
                options.hasCards = true
                options.memberMatch = shape
            }
            try await SandboxNight.with(
                data: nil, in: place, rules: ["member-id", "member-match"], match: match, changing: change
            ) { night in
                let report = try await night.operations.run(job: SandboxNight.job)
                #expect(report.balanced)
                #expect(report.problems.isEmpty)
                // Namesakes whom none of our rules can distinguish; the payer can, by their cards.
                let named = [SpecialMember.ambiguousA, .ambiguousB].map { "Patient/" + $0.patientID }
                #expect(Set(night.sentIDs()).isSuperset(of: named))
                #expect(!night.sentIDs().contains("Patient/" + SpecialMember.twinElsewhere.patientID))
                let sent = night.sandbox.payerResources().filter { patient in
                    patient.type == "Patient"
                        && (patient["identifier"]?.elements ?? []).compactMap(Identifier.init)
                            .contains { $0.hasTypeCode(type) }
                        && (patient["identifier"]?.elements ?? [])
                            .contains { $0["system"]?.string == "https://clinic0.example/fhir-id" }
                }
                let questions = night.sandbox.payerQuestions()
                #expect(questions["member", default: 0] >= 4)
                #expect(shape == .memberNumber || sent.count == questions["member"])
            }
        }
    }

    @Test("all of them are asked about at once, in either shape of the answer", arguments: BulkMatchShape.allCases)
    func asksMany(shape: BulkMatchShape) async throws {
        try await withTemporaryFolder { place in
            let change: (inout SandboxOptions) -> Void = { options in
                options.hasCards = true
                options.bulkMatch = shape
                options.payerExport.polls = 1
            }
            try await SandboxNight.with(
                data: nil, in: place, rules: ["member-id", "member-match"],
                match: "{ member-match: { bulk: true, consent: required } }", changing: change
            ) { night in
                _ = try await night.operations.run(job: SandboxNight.job, dryRun: true)
                let matching = try await night.operations.matchMembers(job: SandboxNight.job, dryRun: false)
                #expect(matching.isWhole)
                #expect(matching.groups.count == 1)
                #expect(matching.outcomes[.matched, default: 0] >= 4)
                let report = try await night.operations.run(job: SandboxNight.job)
                #expect(report.balanced)
                let named = [SpecialMember.ambiguousA, .ambiguousB].map { "Patient/" + $0.patientID }
                #expect(Set(night.sentIDs()).isSuperset(of: named))
                #expect(!night.sentIDs().contains("Patient/" + SpecialMember.twinElsewhere.patientID))
            }
        }
    }

    @Test("those who matched are fetched from the payer: a snapshot, and then what changed since")
    func fetched() async throws {
        try await withTemporaryFolder { place in
            let change: (inout SandboxOptions) -> Void = { options in
                options.hasCards = true
                options.payerExport.polls = 1
            }
            let match = "{ member-match: { bulk: true, consent: required } }\n    extra-scopes: [system/*.rs]"
            try await SandboxNight.with(
                data: nil, in: place, rules: ["member-id", "member-match"], match: match, changing: change
            ) { night in
                _ = try await night.operations.run(job: SandboxNight.job, dryRun: true)
                let matching = try await night.operations.matchMembers(job: SandboxNight.job, dryRun: false)
                let group = try #require(matching.groups.first)
                var fetching = ExchangePipeline.Fetching(group: group, purpose: .providerSnapshot)
                let whole = try await night.operations.fetch(fetching, into: place + "/in", job: SandboxNight.job)
                #expect(whole.isWhole)
                #expect(whole.resources["Patient"] == matching.outcomes[.matched])

                fetching.purpose = .providerDelta
                let nothing = try await night.operations.fetch(fetching, into: place + "/in", job: SandboxNight.job)
                #expect(nothing.resources.isEmpty)
                _ = try await night.operations.run(job: SandboxNight.job)
                let changed = try await night.operations.fetch(fetching, into: place + "/in", job: SandboxNight.job)
                #expect(changed.isWhole)
            }
        }
    }

    @Test("who refuses at the clinic after the match is not fetched, and the others are (PP-07)")
    func withdrawn() async throws {
        try await withTemporaryFolder { place in
            let change: (inout SandboxOptions) -> Void = { options in
                options.hasCards = true
                options.payerExport.polls = 1
            }
            let match = "{ member-match: { bulk: true, consent: required } }\n    extra-scopes: [system/*.rs]"
            try await SandboxNight.with(
                data: nil, in: place, rules: ["member-id", "member-match"], match: match, changing: change
            ) { night in
                _ = try await night.operations.run(job: SandboxNight.job, dryRun: true)
                let matching = try await night.operations.matchMembers(job: SandboxNight.job, dryRun: false)
                let group = try #require(matching.groups.first)
                let matched = try #require(matching.outcomes[.matched])
                try night.sandbox.updateClinic(
                    Resource([
                        "resourceType": "Consent", "id": "no-longer", "status": "active",
                        "patient": ["reference": .string("Patient/" + SpecialMember.ambiguousA.patientID)],
                        "provision": ["type": "deny"],
                    ]))

                let fetching = ExchangePipeline.Fetching(group: group, purpose: .providerSnapshot)
                let fetched = try await night.operations.fetch(fetching, into: place + "/in", job: SandboxNight.job)

                #expect(fetched.isWhole)
                #expect(fetched.resources["Patient"] == matched - 1)
                #expect(fetched.withheld == 0)
            }
        }
    }

    @Test("an explanation tells an operator what the payer answered")
    func explained() async throws {
        try await withTemporaryFolder { place in
            let change: (inout SandboxOptions) -> Void = { $0.hasCards = true }
            try await SandboxNight.with(
                data: nil, in: place, rules: ["member-id", "member-match"], changing: change
            ) { night in
                _ = try await night.operations.run(job: SandboxNight.job)
                func explained(_ patient: SpecialMember) async throws -> (verdict: String, steps: [String]) {
                    let found = try await night.operations.explain(
                        patient.patientID, job: SandboxNight.job, withValues: false)
                    return (found.verdict, found.steps)
                }
                let namesake = try await explained(.ambiguousA)
                let stranger = try await explained(.twinElsewhere)
                #expect(namesake.verdict.hasPrefix("it is the member, by member-match"))
                #expect(stranger.steps.contains { $0.contains("the clinic has no coverage of med0") })
            }
        }
    }
}
