extension R4Types {
    /// Resources from A to D, in the format of ``structures``.
    static let resourcesAToD = """
        AllergyIntolerance<DomainResource .:reaction Annotation:note
        CodeableConcept:clinicalStatus,verificationStatus,code Identifier:identifier
        Reference:patient,encounter,recorder,asserter code:type,category,criticality
        dateTime:recordedDate,lastOccurrence AllergyIntolerance.reaction<BackboneElement Annotation:note
        CodeableConcept:substance,manifestation,exposureRoute code:severity dateTime:onset string:description
        Appointment<DomainResource .:participant
        CodeableConcept:cancelationReason,serviceCategory,serviceType,specialty,appointmentType,reasonCode
        Identifier:identifier Period:requestedPeriod Reference:reasonReference,supportingInformation,slot,basedOn
        code:status dateTime:created instant:start,end positiveInt:minutesDuration
        string:description,comment,patientInstruction unsignedInt:priority Appointment.participant<BackboneElement
        CodeableConcept:type Period:period Reference:actor code:required,status AuditEvent<DomainResource .:agent
        .:entity .:source CodeableConcept:purposeOfEvent Coding:type,subtype Period:period code:action,outcome
        instant:recorded string:outcomeDesc AuditEvent.agent<BackboneElement .:network
        CodeableConcept:type,role,purposeOfUse Coding:media Reference:who,location boolean:requestor string:altId,name
        uri:policy AuditEvent.agent.network<BackboneElement code:type string:address AuditEvent.entity<BackboneElement
        .:detail Coding:type,role,lifecycle,securityLabel Reference:what base64Binary:query string:name,description
        AuditEvent.entity.detail<BackboneElement string:type AuditEvent.source<BackboneElement Coding:type
        Reference:observer string:site Basic<DomainResource CodeableConcept:code Identifier:identifier
        Reference:subject,author date:created Binary<Resource Reference:securityContext base64Binary:data
        code:contentType Bundle<Resource .:entry .:link Identifier:identifier Signature:signature code:type
        instant:timestamp unsignedInt:total Bundle.entry<BackboneElement .:request .:response .:search
        Bundle.link:link Resource:resource uri:fullUrl Bundle.entry.request<BackboneElement code:method
        instant:ifModifiedSince string:ifNoneMatch,ifMatch,ifNoneExist uri:url Bundle.entry.response<BackboneElement
        Resource:outcome instant:lastModified string:status,etag uri:location Bundle.entry.search<BackboneElement
        code:mode decimal:score Bundle.link<BackboneElement string:relation uri:url CarePlan<DomainResource
        Annotation:note .:activity CodeableConcept:category Identifier:identifier Period:period
        Reference:basedOn,replaces,partOf,subject,encounter,author,contributor,careTeam,addresses
        Reference:supportingInfo,goal canonical:instantiatesCanonical code:status,intent dateTime:created
        string:title,description uri:instantiatesUri CarePlan.activity<BackboneElement Annotation:progress .:detail
        CodeableConcept:outcomeCodeableConcept Reference:outcomeReference,reference
        CarePlan.activity.detail<BackboneElement CodeableConcept:code,reasonCode,statusReason
        Quantity:dailyAmount,quantity Reference:reasonReference,goal,location,performer boolean:doNotPerform
        canonical:instantiatesCanonical code:kind,status string:description uri:instantiatesUri
        CareTeam<DomainResource Annotation:note .:participant CodeableConcept:category,reasonCode ContactPoint:telecom
        Identifier:identifier Period:period Reference:subject,encounter,reasonReference,managingOrganization
        code:status string:name CareTeam.participant<BackboneElement CodeableConcept:role Period:period
        Reference:member,onBehalfOf Claim<DomainResource .:accident .:careTeam .:diagnosis .:insurance .:item .:payee
        .:procedure .:related .:supportingInfo CodeableConcept:type,subType,priority,fundsReserve
        Identifier:identifier Money:total Period:billablePeriod
        Reference:patient,enterer,insurer,provider,prescription,originalPrescription,referral,facility code:status,use
        dateTime:created Claim.accident<BackboneElement CodeableConcept:type date:date Claim.careTeam<BackboneElement
        CodeableConcept:role,qualification Reference:provider boolean:responsible positiveInt:sequence
        Claim.diagnosis<BackboneElement CodeableConcept:type,onAdmission,packageCode positiveInt:sequence
        Claim.insurance<BackboneElement Identifier:identifier Reference:coverage,claimResponse boolean:focal
        positiveInt:sequence string:businessArrangement,preAuthRef Claim.item<BackboneElement .:detail
        CodeableConcept:revenue,category,productOrService,modifier,programCode,bodySite,subSite Money:unitPrice,net
        Quantity:quantity Reference:udi,encounter decimal:factor
        positiveInt:sequence,careTeamSequence,diagnosisSequence,procedureSequence,informationSequence
        Claim.item.detail<BackboneElement .:subDetail
        CodeableConcept:revenue,category,productOrService,modifier,programCode Money:unitPrice,net Quantity:quantity
        Reference:udi decimal:factor positiveInt:sequence Claim.item.detail.subDetail<BackboneElement
        CodeableConcept:revenue,category,productOrService,modifier,programCode Money:unitPrice,net Quantity:quantity
        Reference:udi decimal:factor positiveInt:sequence Claim.payee<BackboneElement CodeableConcept:type
        Reference:party Claim.procedure<BackboneElement CodeableConcept:type Reference:udi dateTime:date
        positiveInt:sequence Claim.related<BackboneElement CodeableConcept:relationship Identifier:reference
        Reference:claim Claim.supportingInfo<BackboneElement CodeableConcept:category,code,reason positiveInt:sequence
        ClaimResponse<DomainResource Attachment:form .:addItem .:error .:insurance .:item
        ClaimResponse.item.adjudication:adjudication .:payment .:processNote .:total
        CodeableConcept:type,subType,payeeType,fundsReserve,formCode Identifier:identifier Period:preAuthPeriod
        Reference:patient,insurer,requestor,request,communicationRequest code:status,use,outcome dateTime:created
        string:disposition,preAuthRef ClaimResponse.addItem<BackboneElement .:detail
        ClaimResponse.item.adjudication:adjudication
        CodeableConcept:productOrService,modifier,programCode,bodySite,subSite Money:unitPrice,net Quantity:quantity
        Reference:provider decimal:factor positiveInt:itemSequence,detailSequence,subdetailSequence,noteNumber
        ClaimResponse.addItem.detail<BackboneElement .:subDetail ClaimResponse.item.adjudication:adjudication
        CodeableConcept:productOrService,modifier Money:unitPrice,net Quantity:quantity decimal:factor
        positiveInt:noteNumber ClaimResponse.addItem.detail.subDetail<BackboneElement
        ClaimResponse.item.adjudication:adjudication CodeableConcept:productOrService,modifier Money:unitPrice,net
        Quantity:quantity decimal:factor positiveInt:noteNumber ClaimResponse.error<BackboneElement
        CodeableConcept:code positiveInt:itemSequence,detailSequence,subDetailSequence
        ClaimResponse.insurance<BackboneElement Reference:coverage,claimResponse boolean:focal positiveInt:sequence
        string:businessArrangement ClaimResponse.item<BackboneElement .:adjudication .:detail
        positiveInt:itemSequence,noteNumber ClaimResponse.item.adjudication<BackboneElement
        CodeableConcept:category,reason Money:amount decimal:value ClaimResponse.item.detail<BackboneElement
        ClaimResponse.item.adjudication:adjudication .:subDetail positiveInt:detailSequence,noteNumber
        ClaimResponse.item.detail.subDetail<BackboneElement ClaimResponse.item.adjudication:adjudication
        positiveInt:subDetailSequence,noteNumber ClaimResponse.payment<BackboneElement
        CodeableConcept:type,adjustmentReason Identifier:identifier Money:adjustment,amount date:date
        ClaimResponse.processNote<BackboneElement CodeableConcept:language code:type positiveInt:number string:text
        ClaimResponse.total<BackboneElement CodeableConcept:category Money:amount CodeSystem<DomainResource .:concept
        .:filter .:property CodeableConcept:jurisdiction ContactDetail:contact Identifier:identifier
        UsageContext:useContext boolean:experimental,caseSensitive,compositional,versionNeeded
        canonical:valueSet,supplements code:status,hierarchyMeaning,content dateTime:date
        markdown:description,purpose,copyright string:version,name,title,publisher unsignedInt:count uri:url
        CodeSystem.concept<BackboneElement CodeSystem.concept:concept .:designation .:property code:code
        string:display,definition CodeSystem.concept.designation<BackboneElement Coding:use code:language string:value
        CodeSystem.concept.property<BackboneElement code:code CodeSystem.filter<BackboneElement code:code,operator
        string:description,value CodeSystem.property<BackboneElement code:code,type string:description uri:uri
        Composition<DomainResource CodeableConcept:type,category .:attester .:event .:relatesTo .:section
        Identifier:identifier Reference:subject,encounter,author,custodian code:status,confidentiality dateTime:date
        string:title Composition.attester<BackboneElement Reference:party code:mode dateTime:time
        Composition.event<BackboneElement CodeableConcept:code Period:period Reference:detail
        Composition.relatesTo<BackboneElement code:code Composition.section<BackboneElement
        CodeableConcept:code,orderedBy,emptyReason Composition.section:section Narrative:text
        Reference:author,focus,entry code:mode string:title Condition<DomainResource Annotation:note
        CodeableConcept:clinicalStatus,verificationStatus,category,severity,code,bodySite .:evidence .:stage
        Identifier:identifier Reference:subject,encounter,recorder,asserter dateTime:recordedDate
        Condition.evidence<BackboneElement CodeableConcept:code Reference:detail Condition.stage<BackboneElement
        CodeableConcept:summary,type Reference:assessment Consent<DomainResource
        CodeableConcept:scope,category,policyRule .:policy .:provision .:verification Identifier:identifier
        Reference:patient,performer,organization code:status dateTime:dateTime Consent.policy<BackboneElement
        uri:authority,uri Consent.provision<BackboneElement CodeableConcept:action,code
        Coding:securityLabel,purpose,class Consent.provision:provision .:actor .:data Period:period,dataPeriod
        code:type Consent.provision.actor<BackboneElement CodeableConcept:role Reference:reference
        Consent.provision.data<BackboneElement Reference:reference code:meaning Consent.verification<BackboneElement
        Reference:verifiedWith boolean:verified dateTime:verificationDate Coverage<DomainResource
        CodeableConcept:type,relationship .:class .:costToBeneficiary Identifier:identifier Period:period
        Reference:policyHolder,subscriber,beneficiary,payor,contract boolean:subrogation code:status positiveInt:order
        string:subscriberId,dependent,network Coverage.class<BackboneElement CodeableConcept:type string:value,name
        Coverage.costToBeneficiary<BackboneElement CodeableConcept:type .:exception
        Coverage.costToBeneficiary.exception<BackboneElement CodeableConcept:type Period:period Device<DomainResource
        Annotation:note CodeableConcept:statusReason,type,safety ContactPoint:contact .:deviceName .:property
        .:specialization .:udiCarrier .:version Identifier:identifier
        Reference:definition,patient,owner,location,parent code:status dateTime:manufactureDate,expirationDate
        string:distinctIdentifier,manufacturer,lotNumber,serialNumber,modelNumber,partNumber uri:url
        Device.deviceName<BackboneElement code:type string:name Device.property<BackboneElement
        CodeableConcept:type,valueCode Quantity:valueQuantity Device.specialization<BackboneElement
        CodeableConcept:systemType string:version Device.udiCarrier<BackboneElement base64Binary:carrierAIDC
        code:entryType string:deviceIdentifier,carrierHRF uri:issuer,jurisdiction Device.version<BackboneElement
        CodeableConcept:type Identifier:component string:value DiagnosticReport<DomainResource
        Attachment:presentedForm CodeableConcept:category,code,conclusionCode .:media Identifier:identifier
        Reference:basedOn,subject,encounter,performer,resultsInterpreter,specimen,result,imagingStudy code:status
        instant:issued string:conclusion DiagnosticReport.media<BackboneElement Reference:link string:comment
        DocumentReference<DomainResource CodeableConcept:type,category,securityLabel .:content .:context .:relatesTo
        Identifier:masterIdentifier,identifier Reference:subject,author,authenticator,custodian code:status,docStatus
        instant:date string:description DocumentReference.content<BackboneElement Attachment:attachment Coding:format
        DocumentReference.context<BackboneElement CodeableConcept:event,facilityType,practiceSetting Period:period
        Reference:encounter,sourcePatientInfo,related DocumentReference.relatesTo<BackboneElement Reference:target
        code:code DomainResource<Resource Extension:extension,modifierExtension Narrative:text Resource:contained
        """
}
