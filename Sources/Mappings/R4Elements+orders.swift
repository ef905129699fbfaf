extension R4Elements {
    /// Plans, orders, what was dispensed or taken, coverage, and where records come from.
    static let orderListings = [
        "CarePlan": """
        identifier* instantiatesCanonical* instantiatesUri* basedOn* replaces* partOf* status intent category* title
        description subject encounter period created author contributor* careTeam* addresses* supportingInfo* goal*
        activity* activity.outcomeCodeableConcept* activity.outcomeReference* activity.progress* activity.reference
        activity.detail activity.detail.kind activity.detail.instantiatesCanonical* activity.detail.instantiatesUri*
        activity.detail.code activity.detail.reasonCode* activity.detail.reasonReference* activity.detail.goal*
        activity.detail.status activity.detail.statusReason activity.detail.doNotPerform
        activity.detail.scheduled[Timing,Period,string] activity.detail.location activity.detail.performer*
        activity.detail.product[CodeableConcept,Reference] activity.detail.dailyAmount activity.detail.quantity
        activity.detail.description note*
        """,
        "CareTeam": """
        identifier* status category* name subject encounter period participant* participant.role* participant.member
        participant.onBehalfOf participant.period reasonCode* reasonReference* managingOrganization* telecom* note*
        """,
        "Coverage": """
        identifier* status type policyHolder subscriber subscriberId beneficiary dependent relationship period
        payor* class* class.type class.value class.name order network costToBeneficiary* costToBeneficiary.type
        costToBeneficiary.value[Quantity,Money] costToBeneficiary.exception* costToBeneficiary.exception.type
        costToBeneficiary.exception.period subrogation contract*
        """,
        "Device": """
        identifier* definition udiCarrier* udiCarrier.deviceIdentifier udiCarrier.issuer udiCarrier.jurisdiction
        udiCarrier.carrierAIDC udiCarrier.carrierHRF udiCarrier.entryType status statusReason* distinctIdentifier
        manufacturer manufactureDate expirationDate lotNumber serialNumber deviceName* deviceName.name
        deviceName.type modelNumber partNumber type specialization* specialization.systemType specialization.version
        version* version.type version.component version.value property* property.type property.valueQuantity*
        property.valueCode* patient owner contact* location url note* safety* parent
        """,
        "Goal": """
        identifier* lifecycleStatus achievementStatus category* priority description subject
        start[date,CodeableConcept] target* target.measure
        target.detail[Quantity,Range,CodeableConcept,string,boolean,integer,Ratio] target.due[date,Duration]
        statusDate statusReason expressedBy addresses* note* outcomeCode* outcomeReference*
        """,
        "MedicationDispense": """
        identifier* partOf* status statusReason[CodeableConcept,Reference] category
        medication[CodeableConcept,Reference] subject context supportingInformation* performer* performer.function
        performer.actor location authorizingPrescription* type quantity daysSupply whenPrepared whenHandedOver
        destination receiver* note* dosageInstruction* substitution substitution.wasSubstituted substitution.type
        substitution.reason* substitution.responsibleParty* detectedIssue* eventHistory*
        """,
        "Provenance": """
        target* occurred[Period,dateTime] recorded policy* location reason* activity agent* agent.type agent.role*
        agent.who agent.onBehalfOf entity* entity.role entity.what entity.agent* signature*
        """,
        "ServiceRequest": """
        identifier* instantiatesCanonical* instantiatesUri* basedOn* replaces* requisition status intent category*
        priority doNotPerform code orderDetail* quantity[Quantity,Ratio,Range] subject encounter
        occurrence[dateTime,Period,Timing] asNeeded[boolean,CodeableConcept] authoredOn requester performerType
        performer* locationCode* locationReference* reasonCode* reasonReference* insurance* supportingInfo*
        specimen* bodySite* note* patientInstruction relevantHistory*
        """,
        "Specimen": """
        identifier* accessionIdentifier status type subject receivedTime parent* request* collection
        collection.collector collection.collected[dateTime,Period] collection.duration collection.quantity
        collection.method collection.bodySite collection.fastingStatus[CodeableConcept,Duration] processing*
        processing.description processing.procedure processing.additive* processing.time[dateTime,Period] container*
        container.identifier* container.description container.type container.capacity container.specimenQuantity
        container.additive[CodeableConcept,Reference] condition* note*
        """,
    ]
}
