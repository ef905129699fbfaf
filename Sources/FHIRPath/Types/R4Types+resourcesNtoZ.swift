extension R4Types {
    /// Resources from N to Z, in the format of ``structures``.
    static let resourcesNToZ = """
        NutritionOrder<DomainResource Annotation:note CodeableConcept:foodPreferenceModifier,excludeFoodModifier
        Identifier:identifier .:enteralFormula .:oralDiet .:supplement
        Reference:patient,encounter,orderer,allergyIntolerance canonical:instantiatesCanonical code:status,intent
        dateTime:dateTime uri:instantiatesUri,instantiates NutritionOrder.enteralFormula<BackboneElement
        CodeableConcept:baseFormulaType,additiveType,routeofAdministration .:administration
        Quantity:caloricDensity,maxVolumeToDeliver
        string:baseFormulaProductName,additiveProductName,administrationInstruction
        NutritionOrder.enteralFormula.administration<BackboneElement Quantity:quantity Timing:schedule
        NutritionOrder.oralDiet<BackboneElement CodeableConcept:type,fluidConsistencyType .:nutrient .:texture
        Timing:schedule string:instruction NutritionOrder.oralDiet.nutrient<BackboneElement CodeableConcept:modifier
        Quantity:amount NutritionOrder.oralDiet.texture<BackboneElement CodeableConcept:modifier,foodType
        NutritionOrder.supplement<BackboneElement CodeableConcept:type Quantity:quantity Timing:schedule
        string:productName,instruction Observation<DomainResource Annotation:note
        CodeableConcept:category,code,dataAbsentReason,interpretation,bodySite,method Identifier:identifier
        .:component .:referenceRange
        Reference:basedOn,partOf,subject,focus,encounter,performer,specimen,device,hasMember,derivedFrom code:status
        instant:issued Observation.component<BackboneElement CodeableConcept:code,dataAbsentReason,interpretation
        Observation.referenceRange:referenceRange Observation.referenceRange<BackboneElement
        CodeableConcept:type,appliesTo Quantity:low,high Range:age string:text OperationOutcome<DomainResource .:issue
        OperationOutcome.issue<BackboneElement CodeableConcept:details code:severity,code
        string:diagnostics,location,expression Organization<DomainResource Address:address CodeableConcept:type
        ContactPoint:telecom Identifier:identifier .:contact Reference:partOf,endpoint boolean:active
        string:name,alias Organization.contact<BackboneElement Address:address CodeableConcept:purpose
        ContactPoint:telecom HumanName:name OrganizationAffiliation<DomainResource CodeableConcept:code,specialty
        ContactPoint:telecom Identifier:identifier Period:period
        Reference:organization,participatingOrganization,network,location,healthcareService,endpoint boolean:active
        Parameters<Resource .:parameter Parameters.parameter<BackboneElement Parameters.parameter:part
        Resource:resource string:name Patient<DomainResource Address:address Attachment:photo
        CodeableConcept:maritalStatus ContactPoint:telecom HumanName:name Identifier:identifier .:communication
        .:contact .:link Reference:generalPractitioner,managingOrganization boolean:active code:gender date:birthDate
        Patient.communication<BackboneElement CodeableConcept:language boolean:preferred
        Patient.contact<BackboneElement Address:address CodeableConcept:relationship ContactPoint:telecom
        HumanName:name Period:period Reference:organization code:gender Patient.link<BackboneElement Reference:other
        code:type Person<DomainResource Address:address Attachment:photo ContactPoint:telecom HumanName:name
        Identifier:identifier .:link Reference:managingOrganization boolean:active code:gender date:birthDate
        Person.link<BackboneElement Reference:target code:assurance Practitioner<DomainResource Address:address
        Attachment:photo CodeableConcept:communication ContactPoint:telecom HumanName:name Identifier:identifier
        .:qualification boolean:active code:gender date:birthDate Practitioner.qualification<BackboneElement
        CodeableConcept:code Identifier:identifier Period:period Reference:issuer PractitionerRole<DomainResource
        CodeableConcept:code,specialty ContactPoint:telecom Identifier:identifier Period:period .:availableTime
        .:notAvailable Reference:practitioner,organization,location,healthcareService,endpoint boolean:active
        string:availabilityExceptions PractitionerRole.availableTime<BackboneElement boolean:allDay code:daysOfWeek
        time:availableStartTime,availableEndTime PractitionerRole.notAvailable<BackboneElement Period:during
        string:description Procedure<DomainResource Annotation:note
        CodeableConcept:statusReason,category,code,reasonCode,bodySite,outcome,complication,followUp
        CodeableConcept:usedCode Identifier:identifier .:focalDevice .:performer
        Reference:basedOn,partOf,subject,encounter,recorder,asserter,location,reasonReference,report
        Reference:complicationDetail,usedReference canonical:instantiatesCanonical code:status uri:instantiatesUri
        Procedure.focalDevice<BackboneElement CodeableConcept:action Reference:manipulated
        Procedure.performer<BackboneElement CodeableConcept:function Reference:actor,onBehalfOf
        Provenance<DomainResource CodeableConcept:reason,activity .:agent .:entity Reference:target,location
        Signature:signature instant:recorded uri:policy Provenance.agent<BackboneElement CodeableConcept:type,role
        Reference:who,onBehalfOf Provenance.entity<BackboneElement Provenance.agent:agent Reference:what code:role
        Questionnaire<DomainResource CodeableConcept:jurisdiction Coding:code ContactDetail:contact
        Identifier:identifier Period:effectivePeriod .:item UsageContext:useContext boolean:experimental
        canonical:derivedFrom code:status,subjectType date:approvalDate,lastReviewDate dateTime:date
        markdown:description,purpose,copyright string:version,name,title,publisher uri:url
        Questionnaire.item<BackboneElement Coding:code Questionnaire.item:item .:answerOption .:enableWhen .:initial
        boolean:required,repeats,readOnly canonical:answerValueSet code:type,enableBehavior integer:maxLength
        string:linkId,prefix,text uri:definition Questionnaire.item.answerOption<BackboneElement
        boolean:initialSelected Questionnaire.item.enableWhen<BackboneElement code:operator string:question
        Questionnaire.item.initial<BackboneElement QuestionnaireResponse<DomainResource Identifier:identifier .:item
        Reference:basedOn,partOf,subject,encounter,author,source canonical:questionnaire code:status dateTime:authored
        QuestionnaireResponse.item<BackboneElement QuestionnaireResponse.item:item .:answer string:linkId,text
        uri:definition QuestionnaireResponse.item.answer<BackboneElement QuestionnaireResponse.item:item
        RelatedPerson<DomainResource Address:address Attachment:photo CodeableConcept:relationship
        ContactPoint:telecom HumanName:name Identifier:identifier Period:period Reference:patient .:communication
        boolean:active code:gender date:birthDate RelatedPerson.communication<BackboneElement CodeableConcept:language
        boolean:preferred Resource< Meta:meta code:language string:id uri:implicitRules Schedule<DomainResource
        CodeableConcept:serviceCategory,serviceType,specialty Identifier:identifier Period:planningHorizon
        Reference:actor boolean:active string:comment ServiceRequest<DomainResource Annotation:note
        CodeableConcept:category,code,orderDetail,performerType,locationCode,reasonCode,bodySite
        Identifier:identifier,requisition
        Reference:basedOn,replaces,subject,encounter,requester,performer,locationReference,reasonReference
        Reference:insurance,supportingInfo,specimen,relevantHistory boolean:doNotPerform
        canonical:instantiatesCanonical code:status,intent,priority dateTime:authoredOn string:patientInstruction
        uri:instantiatesUri Slot<DomainResource CodeableConcept:serviceCategory,serviceType,specialty,appointmentType
        Identifier:identifier Reference:schedule boolean:overbooked code:status instant:start,end string:comment
        Specimen<DomainResource Annotation:note CodeableConcept:type,condition
        Identifier:identifier,accessionIdentifier Reference:subject,parent,request .:collection .:container
        .:processing code:status dateTime:receivedTime Specimen.collection<BackboneElement
        CodeableConcept:method,bodySite Duration:duration Quantity:quantity Reference:collector
        Specimen.container<BackboneElement CodeableConcept:type Identifier:identifier
        Quantity:capacity,specimenQuantity string:description Specimen.processing<BackboneElement
        CodeableConcept:procedure Reference:additive string:description Task<DomainResource Annotation:note
        CodeableConcept:statusReason,businessStatus,code,performerType,reasonCode
        Identifier:identifier,groupIdentifier Period:executionPeriod
        Reference:basedOn,partOf,focus,for,encounter,requester,owner,location,reasonReference,insurance
        Reference:relevantHistory .:input .:output .:restriction canonical:instantiatesCanonical
        code:status,intent,priority dateTime:authoredOn,lastModified string:description uri:instantiatesUri
        Task.input<BackboneElement CodeableConcept:type Task.output<BackboneElement CodeableConcept:type
        Task.restriction<BackboneElement Period:period Reference:recipient positiveInt:repetitions
        ValueSet<DomainResource CodeableConcept:jurisdiction ContactDetail:contact Identifier:identifier
        UsageContext:useContext .:compose .:expansion boolean:experimental,immutable code:status dateTime:date
        markdown:description,purpose,copyright string:version,name,title,publisher uri:url
        ValueSet.compose<BackboneElement ValueSet.compose.include:include,exclude boolean:inactive date:lockedDate
        ValueSet.compose.include<BackboneElement .:concept .:filter canonical:valueSet string:version uri:system
        ValueSet.compose.include.concept<BackboneElement .:designation code:code string:display
        ValueSet.compose.include.concept.designation<BackboneElement Coding:use code:language string:value
        ValueSet.compose.include.filter<BackboneElement code:property,op string:value
        ValueSet.expansion<BackboneElement .:contains .:parameter dateTime:timestamp integer:total,offset
        uri:identifier ValueSet.expansion.contains<BackboneElement
        ValueSet.compose.include.concept.designation:designation ValueSet.expansion.contains:contains
        boolean:abstract,inactive code:code string:version,display uri:system
        ValueSet.expansion.parameter<BackboneElement string:name VisionPrescription<DomainResource
        Identifier:identifier Reference:patient,encounter,prescriber .:lensSpecification code:status
        dateTime:created,dateWritten VisionPrescription.lensSpecification<BackboneElement Annotation:note
        CodeableConcept:product Quantity:duration .:prism code:eye
        decimal:sphere,cylinder,add,power,backCurve,diameter integer:axis string:color,brand
        VisionPrescription.lensSpecification.prism<BackboneElement code:base decimal:amount
        """
}
