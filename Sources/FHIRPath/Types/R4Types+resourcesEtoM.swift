extension R4Types {
    /// Resources from E to M, in the format of ``structures``.
    static let resourcesEToM = """
        Encounter<DomainResource CodeableConcept:type,serviceType,priority,reasonCode Coding:class Duration:length
        .:classHistory .:diagnosis .:hospitalization .:location .:participant .:statusHistory Identifier:identifier
        Period:period
        Reference:subject,episodeOfCare,basedOn,appointment,reasonReference,account,serviceProvider,partOf code:status
        Encounter.classHistory<BackboneElement Coding:class Period:period Encounter.diagnosis<BackboneElement
        CodeableConcept:use Reference:condition positiveInt:rank Encounter.hospitalization<BackboneElement
        CodeableConcept:admitSource,reAdmission,dietPreference,specialCourtesy,specialArrangement
        CodeableConcept:dischargeDisposition Identifier:preAdmissionIdentifier Reference:origin,destination
        Encounter.location<BackboneElement CodeableConcept:physicalType Period:period Reference:location code:status
        Encounter.participant<BackboneElement CodeableConcept:type Period:period Reference:individual
        Encounter.statusHistory<BackboneElement Period:period code:status Endpoint<DomainResource
        CodeableConcept:payloadType Coding:connectionType ContactPoint:contact Identifier:identifier Period:period
        Reference:managingOrganization code:status,payloadMimeType string:name,header url:address
        EpisodeOfCare<DomainResource CodeableConcept:type .:diagnosis .:statusHistory Identifier:identifier
        Period:period Reference:patient,managingOrganization,referralRequest,careManager,team,account code:status
        EpisodeOfCare.diagnosis<BackboneElement CodeableConcept:role Reference:condition positiveInt:rank
        EpisodeOfCare.statusHistory<BackboneElement Period:period code:status ExplanationOfBenefit<DomainResource
        Attachment:form CodeableConcept:type,subType,priority,fundsReserveRequested,fundsReserve,formCode .:accident
        .:addItem .:benefitBalance .:careTeam .:diagnosis .:insurance .:item
        ExplanationOfBenefit.item.adjudication:adjudication .:payee .:payment .:procedure .:processNote .:related
        .:supportingInfo .:total Identifier:identifier Period:billablePeriod,preAuthRefPeriod,benefitPeriod
        Reference:patient,enterer,insurer,provider,prescription,originalPrescription,referral,facility
        Reference:claim,claimResponse code:status,use,outcome dateTime:created positiveInt:precedence
        string:disposition,preAuthRef ExplanationOfBenefit.accident<BackboneElement CodeableConcept:type date:date
        ExplanationOfBenefit.addItem<BackboneElement
        CodeableConcept:productOrService,modifier,programCode,bodySite,subSite .:detail
        ExplanationOfBenefit.item.adjudication:adjudication Money:unitPrice,net Quantity:quantity Reference:provider
        decimal:factor positiveInt:itemSequence,detailSequence,subDetailSequence,noteNumber
        ExplanationOfBenefit.addItem.detail<BackboneElement CodeableConcept:productOrService,modifier .:subDetail
        ExplanationOfBenefit.item.adjudication:adjudication Money:unitPrice,net Quantity:quantity decimal:factor
        positiveInt:noteNumber ExplanationOfBenefit.addItem.detail.subDetail<BackboneElement
        CodeableConcept:productOrService,modifier ExplanationOfBenefit.item.adjudication:adjudication
        Money:unitPrice,net Quantity:quantity decimal:factor positiveInt:noteNumber
        ExplanationOfBenefit.benefitBalance<BackboneElement CodeableConcept:category,network,unit,term .:financial
        boolean:excluded string:name,description ExplanationOfBenefit.benefitBalance.financial<BackboneElement
        CodeableConcept:type ExplanationOfBenefit.careTeam<BackboneElement CodeableConcept:role,qualification
        Reference:provider boolean:responsible positiveInt:sequence ExplanationOfBenefit.diagnosis<BackboneElement
        CodeableConcept:type,onAdmission,packageCode positiveInt:sequence
        ExplanationOfBenefit.insurance<BackboneElement Reference:coverage boolean:focal string:preAuthRef
        ExplanationOfBenefit.item<BackboneElement
        CodeableConcept:revenue,category,productOrService,modifier,programCode,bodySite,subSite .:adjudication
        .:detail Money:unitPrice,net Quantity:quantity Reference:udi,encounter decimal:factor
        positiveInt:sequence,careTeamSequence,diagnosisSequence,procedureSequence,informationSequence
        positiveInt:noteNumber ExplanationOfBenefit.item.adjudication<BackboneElement CodeableConcept:category,reason
        Money:amount decimal:value ExplanationOfBenefit.item.detail<BackboneElement
        CodeableConcept:revenue,category,productOrService,modifier,programCode
        ExplanationOfBenefit.item.adjudication:adjudication .:subDetail Money:unitPrice,net Quantity:quantity
        Reference:udi decimal:factor positiveInt:sequence,noteNumber
        ExplanationOfBenefit.item.detail.subDetail<BackboneElement
        CodeableConcept:revenue,category,productOrService,modifier,programCode
        ExplanationOfBenefit.item.adjudication:adjudication Money:unitPrice,net Quantity:quantity Reference:udi
        decimal:factor positiveInt:sequence,noteNumber ExplanationOfBenefit.payee<BackboneElement CodeableConcept:type
        Reference:party ExplanationOfBenefit.payment<BackboneElement CodeableConcept:type,adjustmentReason
        Identifier:identifier Money:adjustment,amount date:date ExplanationOfBenefit.procedure<BackboneElement
        CodeableConcept:type Reference:udi dateTime:date positiveInt:sequence
        ExplanationOfBenefit.processNote<BackboneElement CodeableConcept:language code:type positiveInt:number
        string:text ExplanationOfBenefit.related<BackboneElement CodeableConcept:relationship Identifier:reference
        Reference:claim ExplanationOfBenefit.supportingInfo<BackboneElement CodeableConcept:category,code
        Coding:reason positiveInt:sequence ExplanationOfBenefit.total<BackboneElement CodeableConcept:category
        Money:amount FamilyMemberHistory<DomainResource Annotation:note
        CodeableConcept:dataAbsentReason,relationship,sex,reasonCode .:condition Identifier:identifier
        Reference:patient,reasonReference boolean:estimatedAge canonical:instantiatesCanonical code:status
        dateTime:date string:name uri:instantiatesUri FamilyMemberHistory.condition<BackboneElement Annotation:note
        CodeableConcept:code,outcome boolean:contributedToDeath Flag<DomainResource CodeableConcept:category,code
        Identifier:identifier Period:period Reference:subject,encounter,author code:status Goal<DomainResource
        Annotation:note CodeableConcept:achievementStatus,category,priority,description,outcomeCode .:target
        Identifier:identifier Reference:subject,expressedBy,addresses,outcomeReference code:lifecycleStatus
        date:statusDate string:statusReason Goal.target<BackboneElement CodeableConcept:measure Group<DomainResource
        CodeableConcept:code .:characteristic .:member Identifier:identifier Reference:managingEntity
        boolean:active,actual code:type string:name unsignedInt:quantity Group.characteristic<BackboneElement
        CodeableConcept:code Period:period boolean:exclude Group.member<BackboneElement Period:period Reference:entity
        boolean:inactive HealthcareService<DomainResource Attachment:photo
        CodeableConcept:category,type,specialty,serviceProvisionCode,program,characteristic,communication
        CodeableConcept:referralMethod ContactPoint:telecom .:availableTime .:eligibility .:notAvailable
        Identifier:identifier Reference:providedBy,location,coverageArea,endpoint boolean:active,appointmentRequired
        markdown:extraDetails string:name,comment,availabilityExceptions
        HealthcareService.availableTime<BackboneElement boolean:allDay code:daysOfWeek
        time:availableStartTime,availableEndTime HealthcareService.eligibility<BackboneElement CodeableConcept:code
        markdown:comment HealthcareService.notAvailable<BackboneElement Period:during string:description
        ImagingStudy<DomainResource Annotation:note CodeableConcept:procedureCode,reasonCode Coding:modality
        Identifier:identifier .:series
        Reference:subject,encounter,basedOn,referrer,interpreter,endpoint,procedureReference,location
        Reference:reasonReference code:status dateTime:started string:description
        unsignedInt:numberOfSeries,numberOfInstances ImagingStudy.series<BackboneElement
        Coding:modality,bodySite,laterality .:instance .:performer Reference:endpoint,specimen dateTime:started id:uid
        string:description unsignedInt:number,numberOfInstances ImagingStudy.series.instance<BackboneElement
        Coding:sopClass id:uid string:title unsignedInt:number ImagingStudy.series.performer<BackboneElement
        CodeableConcept:function Reference:actor Immunization<DomainResource Annotation:note
        CodeableConcept:statusReason,vaccineCode,reportOrigin,site,route,reasonCode,subpotentReason
        CodeableConcept:programEligibility,fundingSource Identifier:identifier .:education .:performer
        .:protocolApplied .:reaction Quantity:doseQuantity
        Reference:patient,encounter,location,manufacturer,reasonReference boolean:primarySource,isSubpotent
        code:status date:expirationDate dateTime:recorded string:lotNumber Immunization.education<BackboneElement
        dateTime:publicationDate,presentationDate string:documentType uri:reference
        Immunization.performer<BackboneElement CodeableConcept:function Reference:actor
        Immunization.protocolApplied<BackboneElement CodeableConcept:targetDisease Reference:authority string:series
        Immunization.reaction<BackboneElement Reference:detail boolean:reported dateTime:date
        InsurancePlan<DomainResource CodeableConcept:type Identifier:identifier .:contact .:coverage .:plan
        Period:period Reference:ownedBy,administeredBy,coverageArea,endpoint,network code:status string:name,alias
        InsurancePlan.contact<BackboneElement Address:address CodeableConcept:purpose ContactPoint:telecom
        HumanName:name InsurancePlan.coverage<BackboneElement CodeableConcept:type .:benefit Reference:network
        InsurancePlan.coverage.benefit<BackboneElement CodeableConcept:type .:limit string:requirement
        InsurancePlan.coverage.benefit.limit<BackboneElement CodeableConcept:code Quantity:value
        InsurancePlan.plan<BackboneElement CodeableConcept:type Identifier:identifier .:generalCost .:specificCost
        Reference:coverageArea,network InsurancePlan.plan.generalCost<BackboneElement CodeableConcept:type Money:cost
        positiveInt:groupSize string:comment InsurancePlan.plan.specificCost<BackboneElement CodeableConcept:category
        .:benefit InsurancePlan.plan.specificCost.benefit<BackboneElement CodeableConcept:type .:cost
        InsurancePlan.plan.specificCost.benefit.cost<BackboneElement CodeableConcept:type,applicability,qualifiers
        Quantity:value List<DomainResource Annotation:note CodeableConcept:code,orderedBy,emptyReason
        Identifier:identifier .:entry Reference:subject,encounter,source code:status,mode dateTime:date string:title
        List.entry<BackboneElement CodeableConcept:flag Reference:item boolean:deleted dateTime:date
        Location<DomainResource Address:address CodeableConcept:type,physicalType Coding:operationalStatus
        ContactPoint:telecom Identifier:identifier .:hoursOfOperation .:position
        Reference:managingOrganization,partOf,endpoint code:status,mode
        string:name,alias,description,availabilityExceptions Location.hoursOfOperation<BackboneElement boolean:allDay
        code:daysOfWeek time:openingTime,closingTime Location.position<BackboneElement
        decimal:longitude,latitude,altitude Media<DomainResource Annotation:note Attachment:content
        CodeableConcept:type,modality,view,reasonCode,bodySite Identifier:identifier
        Reference:basedOn,partOf,subject,encounter,operator,device code:status decimal:duration instant:issued
        positiveInt:height,width,frames string:deviceName Medication<DomainResource CodeableConcept:code,form
        Identifier:identifier .:batch .:ingredient Ratio:amount Reference:manufacturer code:status
        Medication.batch<BackboneElement dateTime:expirationDate string:lotNumber
        Medication.ingredient<BackboneElement Ratio:strength boolean:isActive MedicationAdministration<DomainResource
        Annotation:note CodeableConcept:statusReason,category,reasonCode Identifier:identifier .:dosage .:performer
        Reference:partOf,subject,context,supportingInformation,reasonReference,request,device,eventHistory code:status
        uri:instantiates MedicationAdministration.dosage<BackboneElement CodeableConcept:site,route,method
        Quantity:dose string:text MedicationAdministration.performer<BackboneElement CodeableConcept:function
        Reference:actor MedicationDispense<DomainResource Annotation:note CodeableConcept:category,type
        Dosage:dosageInstruction Identifier:identifier .:performer .:substitution Quantity:quantity,daysSupply
        Reference:partOf,subject,context,supportingInformation,location,authorizingPrescription,destination
        Reference:receiver,detectedIssue,eventHistory code:status dateTime:whenPrepared,whenHandedOver
        MedicationDispense.performer<BackboneElement CodeableConcept:function Reference:actor
        MedicationDispense.substitution<BackboneElement CodeableConcept:type,reason Reference:responsibleParty
        boolean:wasSubstituted MedicationRequest<DomainResource Annotation:note
        CodeableConcept:statusReason,category,performerType,reasonCode,courseOfTherapyType Dosage:dosageInstruction
        Identifier:identifier,groupIdentifier .:dispenseRequest .:substitution
        Reference:subject,encounter,supportingInformation,requester,performer,recorder,reasonReference
        Reference:basedOn,insurance,priorPrescription,detectedIssue,eventHistory boolean:doNotPerform
        canonical:instantiatesCanonical code:status,intent,priority dateTime:authoredOn uri:instantiatesUri
        MedicationRequest.dispenseRequest<BackboneElement Duration:dispenseInterval,expectedSupplyDuration
        .:initialFill Period:validityPeriod Quantity:quantity Reference:performer unsignedInt:numberOfRepeatsAllowed
        MedicationRequest.dispenseRequest.initialFill<BackboneElement Duration:duration Quantity:quantity
        MedicationRequest.substitution<BackboneElement CodeableConcept:reason MedicationStatement<DomainResource
        Annotation:note CodeableConcept:statusReason,category,reasonCode Dosage:dosage Identifier:identifier
        Reference:basedOn,partOf,subject,context,informationSource,derivedFrom,reasonReference code:status
        dateTime:dateAsserted
        """
}
