import FHIR
import PDex

/// Decides for which members of a payer's Group data may be requested (PP-07, HC-06, CO-03).
///
/// A Group of matched members lasts for weeks, in which a member may withdraw without the payer learning of it. The
/// payer says who is in it, and the stored answers say which patients of the clinic they are; about each of these the
/// decision is made again as for the question who they are. A member who is not a patient of the clinic by these
/// answers is treated like one who objects.
struct GroupConsent: Sendable {
    let inquiry: MemberInquiry

    /// The members of a Group.
    struct Roster: Sendable {
        /// The clinic's patients who were answered to be each member, by the member's id at the payer.
        fileprivate let members: [String: [ResourceKey]]
        /// Whether every member is named by such an id.
        fileprivate let isClear: Bool
    }

    /// Reads the members of a Group.
    ///
    /// Throws `match.group-unknown` when the payer no longer has it, and as a read does.
    func roster(of group: String) async throws -> Roster {
        let (payer, route, identities) = (inquiry.terms.payer, inquiry.terms.route, inquiry.identities)
        await inquiry.tally.requested()
        guard let bytes = try await inquiry.payer.read(type: "Group", id: group) else {
            throw Fault(
                .matchGroupUnknown, .stop, "\(payer.name) has the Group no longer, or does not show it",
                hint: "have it let us read its Groups, or ask again with  pdex members match")
        }
        let json = try? JSONParser.parse(bytes)
        var named: Set<String> = []
        var isClear = json != nil
        for member in json?["member"]?.elements ?? [] where member["inactive"]?.bool != true {
            guard let text = member["entity"]?["reference"]?.string,
                case .local("Patient", let id, _) = Reference(parsing: text).relative(to: payer.base)
            else {
                isClear = false
                continue
            }
            named.insert(id)
        }
        let ids = named
        let members = try await inquiry.store.read { reader in
            var members: [String: [ResourceKey]] = [:]
            for id in ids {
                let member = identities.key(source: payer.name, type: "Patient", id: id)
                members[id] = try reader.patients(answeredAs: member, route)
            }
            return members
        }
        return Roster(members: members, isClear: isClear)
    }

    /// Decides about each member, by what the clinic has and the store knows now.
    ///
    /// Throws `match.group-withheld` when nobody is left, and as a search at the clinic does.
    func permit(for roster: Roster) async throws -> GroupPermit {
        let inquiry = inquiry
        var live: [ResourceKey: [ConsentDecision.Recorded]] = [:]
        for key in Set(roster.members.values.joined()).sorted() {
            try Task.checkCancellation()
            guard let patient = try await inquiry.store.read({ try inquiry.patient(key, $0) }) else { continue }
            live[key] = try await inquiry.consents(of: patient)
        }
        // In one read after everything was fetched, so that what became known meanwhile counts.
        let read = live
        let permitted = try await inquiry.store.read { reader in
            var permitted: Set<ResourceKey> = []
            for (patient, consents) in read {
                let objection = try inquiry.objection(to: patient, consents, reader)
                if objection == nil { permitted.insert(patient) }
            }
            return permitted
        }
        let left = roster.members.filter { !$0.value.isEmpty && $0.value.allSatisfy(permitted.contains) }
        guard !left.isEmpty else { throw withheld }
        let isWhole = roster.isClear && left.count == roster.members.count
        return GroupPermit(ids: isWhole ? nil : Set(left.keys))
    }

    /// The fault that no member of a Group may be asked for.
    var withheld: Fault {
        Fault(
            .matchGroupWithheld, .withhold,
            "\(inquiry.terms.payer.name) may be asked for nobody in the Group: they object by now, or are no patients here",
            hint: "pdex consent explain  tells of a patient what objects")
    }
}
