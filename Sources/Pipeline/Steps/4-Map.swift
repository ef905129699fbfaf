import FHIR
import Mappings
import PDex

/// Step 4: maps every permitted resource to its profile, or leaves it out with a reason.
struct MapResources: Sendable {
    /// What mapping a member's data came to.
    enum Outcome: Sendable {
        case mapped(MappedExchange)
        case parked(FaultCode, String)
    }

    let mappings: MappingSet
    private let context: MappingContext

    init(terms: ExchangeTerms, mappings: MappingSet) {
        self.mappings = mappings
        context = MappingContext(
            clinicBase: terms.clinic.base, clinicIdentifierSystem: terms.clinic.identifierSystem,
            payerName: terms.payer.name)
    }

    /// Maps the Patient and everything permitted.
    func outcome(for permitted: PermittedExchange) -> Outcome {
        guard let patient = permitted.matched.member.patient else {
            return .parked(.clinicUnlinked, "the clinic did not send this member's Patient")
        }
        var mapped: [MappedResource] = []
        var leftOut = permitted.leftOut + permitted.matched.leftOut
        for item in [patient] + permitted.resources {
            switch map(item.staged, item.resource) {
            case .success(let resource): mapped.append(resource)
            case .failure(let reason) where reason.parks: return .parked(reason.code, reason.why)
            case .failure(let reason): leftOut.append(item.entry(leftOut: reason.code))
            }
        }
        guard let first = mapped.first, first.staged.key == patient.staged.key else {
            return .parked(.mappingRequired, "the member's Patient has no mapping")
        }
        return .mapped(
            MappedExchange(
                permitted: permitted, patient: first, resources: Array(mapped.dropFirst()), leftOut: leftOut))
    }

    /// Why a resource was not mapped.
    struct Reason: Error {
        let code: FaultCode
        let why: String
        let parks: Bool
    }

    /// Maps one resource.
    func map(_ staged: StagedResource, _ resource: Resource) -> Result<MappedResource, Reason> {
        switch mappings.map(resource, in: context) {
        case .mapped(let mapped, _, _):
            return .success(MappedResource(staged: staged, resource: mapped))
        case .skipped(let mapping):
            return .failure(Reason(code: .mappingSkipped, why: mapping, parks: false))
        case .unmapped:
            return .failure(Reason(code: .mappingNone, why: staged.type, parks: false))
        case .failed(let mapping, let requirement):
            let why = "\(mapping): \(requirement) (\(staged.type) \(staged.key))"
            return .failure(Reason(code: .mappingRequired, why: why, parks: true))
        }
    }
}

/// A resource as the payer will get it, but for its references.
struct MappedResource: Sendable {
    let staged: StagedResource
    let resource: Resource
}

/// A member's mapped data: what step 4 makes.
struct MappedExchange: Sendable {
    let permitted: PermittedExchange
    let patient: MappedResource
    let resources: [MappedResource]
    let leftOut: [ExchangeManifest.Entry]
}
