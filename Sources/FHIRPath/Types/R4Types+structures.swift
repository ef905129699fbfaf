extension R4Types {
    /// R4's data types: `Type<Base member-type:names`; a leading full stop stands for the type itself.
    static let structures = """
        Address<Element Period:period code:use,type string:text,line,city,district,state,postalCode,country
        Age<Quantity Annotation<Element dateTime:time markdown:text Attachment<Element base64Binary:data,hash
        code:contentType,language dateTime:creation string:title unsignedInt:size url:url BackboneElement<Element
        Extension:modifierExtension CodeableConcept<Element Coding:coding string:text Coding<Element
        boolean:userSelected code:code string:version,display uri:system ContactDetail<Element ContactPoint:telecom
        string:name ContactPoint<Element Period:period code:system,use positiveInt:rank string:value
        Contributor<Element ContactDetail:contact code:type string:name Count<Quantity DataRequirement<Element
        .:codeFilter .:dateFilter .:sort canonical:profile code:type positiveInt:limit string:mustSupport
        DataRequirement.codeFilter<Element Coding:code canonical:valueSet string:path,searchParam
        DataRequirement.dateFilter<Element string:path,searchParam DataRequirement.sort<Element code:direction
        string:path Distance<Quantity Dosage<BackboneElement CodeableConcept:additionalInstruction,site,route,method
        .:doseAndRate Quantity:maxDosePerAdministration,maxDosePerLifetime Ratio:maxDosePerPeriod Timing:timing
        integer:sequence string:text,patientInstruction Dosage.doseAndRate<Element CodeableConcept:type
        Duration<Quantity Element< Extension:extension string:id ElementDefinition<BackboneElement Coding:code .:base
        .:binding .:constraint .:example .:mapping .:slicing .:type
        boolean:sliceIsConstraining,mustSupport,isModifier,isSummary code:representation id:condition
        integer:maxLength markdown:definition,comment,requirements,meaningWhenMissing
        string:path,sliceName,label,short,alias,max,orderMeaning,isModifierReason unsignedInt:min uri:contentReference
        ElementDefinition.base<Element string:path,max unsignedInt:min ElementDefinition.binding<Element
        canonical:valueSet code:strength string:description ElementDefinition.constraint<Element canonical:source
        code:severity id:key string:requirements,human,expression,xpath ElementDefinition.example<Element string:label
        ElementDefinition.mapping<Element code:language id:identity string:map,comment
        ElementDefinition.slicing<Element .:discriminator boolean:ordered code:rules string:description
        ElementDefinition.slicing.discriminator<Element code:type string:path ElementDefinition.type<Element
        canonical:profile,targetProfile code:aggregation,versioning uri:code Expression<Element code:language id:name
        string:description,expression uri:reference Extension<Element string:url HumanName<Element Period:period
        code:use string:text,family,given,prefix,suffix Identifier<Element CodeableConcept:type Period:period
        Reference:assigner code:use string:value uri:system Meta<Element Coding:security,tag canonical:profile
        id:versionId instant:lastUpdated uri:source Money<Element code:currency decimal:value Narrative<Element
        code:status xhtml:div ParameterDefinition<Element canonical:profile code:name,use,type integer:min
        string:max,documentation Period<Element dateTime:start,end Quantity<Element code:comparator,code decimal:value
        string:unit uri:system Range<Element Quantity:low,high Ratio<Element Quantity:numerator,denominator
        Reference<Element Identifier:identifier string:reference,display uri:type RelatedArtifact<Element
        Attachment:document canonical:resource code:type markdown:citation string:label,display url:url
        SampledData<Element Quantity:origin decimal:period,factor,lowerLimit,upperLimit positiveInt:dimensions
        string:data Signature<Element Coding:type Reference:who,onBehalfOf base64Binary:data
        code:targetFormat,sigFormat instant:when Timing<BackboneElement CodeableConcept:code .:repeat dateTime:event
        Timing.repeat<Element code:durationUnit,periodUnit,dayOfWeek,when
        decimal:duration,durationMax,period,periodMax positiveInt:count,countMax,frequency,frequencyMax time:timeOfDay
        unsignedInt:offset TriggerDefinition<Element DataRequirement:data Expression:condition code:type string:name
        UsageContext<Element Coding:code
        """
}
