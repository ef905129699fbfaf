extension R4Elements {
    /// The elements of the supported types: `*` repeats, `[a,b]` are the types of a choice element.
    static let listings = [
        "AllergyIntolerance": """
        identifier* clinicalStatus verificationStatus type category* criticality code patient encounter
        onset[dateTime,Age,Period,Range,string] recordedDate recorder asserter lastOccurrence note* reaction*
        reaction.substance reaction.manifestation* reaction.description reaction.onset reaction.severity
        reaction.exposureRoute reaction.note*
        """,
        "Condition": """
        identifier* clinicalStatus verificationStatus category* severity code bodySite* subject encounter
        onset[dateTime,Age,Period,Range,string] abatement[dateTime,Age,Period,Range,string] recordedDate recorder
        asserter stage* stage.summary stage.assessment* stage.type evidence* evidence.code* evidence.detail* note*
        """,
        "DiagnosticReport": """
        identifier* basedOn* status category* code subject encounter effective[dateTime,Period] issued performer*
        resultsInterpreter* specimen* result* imagingStudy* media* media.comment media.link conclusion
        conclusionCode* presentedForm*
        """,
        "DocumentReference": """
        masterIdentifier identifier* status docStatus type category* subject date author* authenticator custodian
        relatesTo* relatesTo.code relatesTo.target description securityLabel* content* content.attachment
        content.format context context.encounter* context.event* context.period context.facilityType
        context.practiceSetting context.sourcePatientInfo context.related*
        """,
        "Encounter": """
        identifier* status statusHistory* statusHistory.status statusHistory.period class classHistory*
        classHistory.class classHistory.period type* serviceType priority subject episodeOfCare* basedOn*
        participant* participant.type* participant.period participant.individual appointment* period length
        reasonCode* reasonReference* diagnosis* diagnosis.condition diagnosis.use diagnosis.rank account*
        hospitalization hospitalization.preAdmissionIdentifier hospitalization.origin hospitalization.admitSource
        hospitalization.reAdmission hospitalization.dietPreference* hospitalization.specialCourtesy*
        hospitalization.specialArrangement* hospitalization.destination hospitalization.dischargeDisposition
        location* location.location location.status location.physicalType location.period serviceProvider partOf
        """,
        "Immunization": """
        identifier* status statusReason vaccineCode patient encounter occurrence[dateTime,string] recorded
        primarySource reportOrigin location manufacturer lotNumber expirationDate site route doseQuantity
        performer* performer.function performer.actor note* reasonCode* reasonReference* isSubpotent
        subpotentReason* education* education.documentType education.reference education.publicationDate
        education.presentationDate programEligibility* fundingSource reaction* reaction.date reaction.detail
        reaction.reported protocolApplied* protocolApplied.series protocolApplied.authority
        protocolApplied.targetDisease* protocolApplied.doseNumber[positiveInt,string]
        protocolApplied.seriesDoses[positiveInt,string]
        """,
        "Location": """
        identifier* status operationalStatus name alias* description mode type* telecom* address physicalType
        position position.longitude position.latitude position.altitude managingOrganization partOf
        hoursOfOperation* hoursOfOperation.daysOfWeek* hoursOfOperation.allDay hoursOfOperation.openingTime
        hoursOfOperation.closingTime availabilityExceptions endpoint*
        """,
        "Medication": """
        identifier* code status manufacturer form amount ingredient* ingredient.item[CodeableConcept,Reference]
        ingredient.isActive ingredient.strength batch batch.lotNumber batch.expirationDate
        """,
        "MedicationRequest": """
        identifier* status statusReason intent category* priority doNotPerform reported[boolean,Reference]
        medication[CodeableConcept,Reference] subject encounter supportingInformation* authoredOn requester
        performer performerType recorder reasonCode* reasonReference* instantiatesCanonical* instantiatesUri*
        basedOn* groupIdentifier courseOfTherapyType insurance* note* dosageInstruction* dispenseRequest
        dispenseRequest.initialFill dispenseRequest.initialFill.quantity dispenseRequest.initialFill.duration
        dispenseRequest.dispenseInterval dispenseRequest.validityPeriod dispenseRequest.numberOfRepeatsAllowed
        dispenseRequest.quantity dispenseRequest.expectedSupplyDuration dispenseRequest.performer substitution
        substitution.allowed[boolean,CodeableConcept] substitution.reason priorPrescription detectedIssue*
        eventHistory*
        """,
        "Observation": """
        identifier* basedOn* partOf* status category* code subject focus* encounter
        effective[dateTime,Period,Timing,instant] issued performer*
        value[Quantity,CodeableConcept,string,boolean,integer,Range,Ratio,SampledData,time,dateTime,Period]
        dataAbsentReason interpretation* note* bodySite method specimen device referenceRange* referenceRange.low
        referenceRange.high referenceRange.type referenceRange.appliesTo* referenceRange.age referenceRange.text
        hasMember* derivedFrom* component* component.code
        component.value[Quantity,CodeableConcept,string,boolean,integer,\
        Range,Ratio,SampledData,time,dateTime,Period]
        component.dataAbsentReason component.interpretation* component.referenceRange*
        """,
        "Organization": """
        identifier* active type* name alias* telecom* address* partOf contact* contact.purpose contact.name
        contact.telecom* contact.address endpoint*
        """,
        "Patient": """
        identifier* active name* telecom* gender birthDate deceased[boolean,dateTime] address* maritalStatus
        multipleBirth[boolean,integer] photo* contact* contact.relationship* contact.name contact.telecom*
        contact.address contact.gender contact.organization contact.period communication* communication.language
        communication.preferred generalPractitioner* managingOrganization link* link.other link.type
        """,
        "Practitioner": """
        identifier* active name* telecom* address* gender birthDate photo* qualification*
        qualification.identifier* qualification.code qualification.period qualification.issuer communication*
        """,
        "PractitionerRole": """
        identifier* active period practitioner organization code* specialty* location* healthcareService* telecom*
        availableTime* availableTime.daysOfWeek* availableTime.allDay availableTime.availableStartTime
        availableTime.availableEndTime notAvailable* notAvailable.description notAvailable.during
        availabilityExceptions endpoint*
        """,
        "Procedure": """
        identifier* instantiatesCanonical* instantiatesUri* basedOn* partOf* status statusReason category code
        subject encounter performed[dateTime,Period,string,Age,Range] recorder asserter performer*
        performer.function performer.actor performer.onBehalfOf location reasonCode* reasonReference* bodySite*
        outcome report* complication* complicationDetail* followUp* note* focalDevice* focalDevice.action
        focalDevice.manipulated usedReference* usedCode*
        """,
        "RelatedPerson": """
        identifier* active patient relationship* name* telecom* gender birthDate address* photo* period
        communication* communication.language communication.preferred
        """,
    ]
}
