import FHIR
import PDex

extension ExportRequest {
    /// The operation's path below the base.
    var path: String {
        switch level {
        case .group(let id): "Group/\(id)/" + (purpose == nil ? "$export" : "$davinci-data-export")
        case .patient: "Patient/$export"
        case .system: "$export"
        }
    }

    /// The parameters in the request that can be dropped, in the order in which they are dropped.
    var droppable: [ExportStart.Parameter] {
        ExportStart.Parameter.allCases.filter { parameter in
            switch parameter {
            case .typeFilter: !typeFilters.isEmpty
            case .until: until != nil
            case .associatedData: !associatedData.isEmpty
            case .type: !types.isEmpty
            case .since: since != nil
            case .alongside, .shared: false
            }
        }
    }

    /// The same request without some parameters.
    func without(_ dropped: Set<ExportStart.Parameter>) -> ExportRequest {
        ExportRequest(
            level: level, types: dropped.contains(.type) ? [] : types, since: dropped.contains(.since) ? nil : since,
            until: dropped.contains(.until) ? nil : until,
            typeFilters: dropped.contains(.typeFilter) ? [] : typeFilters,
            associatedData: dropped.contains(.associatedData) ? [] : associatedData, patients: patients,
            dispensable: dispensable, purpose: purpose)
    }

    /// As the query of a GET: types in one comma-separated list, as servers of Bulk Data 1 to 3 read it (BLK-09).
    var queryParameters: [SearchQuery.Parameter] {
        var parameters = [SearchQuery.Parameter("_outputFormat", Self.format)]
        if !types.isEmpty { parameters.append(.init("_type", types.joined(separator: ","))) }
        if let since { parameters.append(.init("_since", since.text)) }
        if let until { parameters.append(.init("_until", until.text)) }
        parameters += filterParameters.map { .init("_typeFilter", $0) }
        parameters += associatedData.map { .init("includeAssociatedData", $0) }
        return parameters
    }

    /// As the Parameters of a POST: what may be repeated is repeated, which every version accepts (BLK-09).
    ///
    /// From version 4 on, associated data is named by a coding, before that by a code (BLK-12).
    func parametersResource(codings: Bool) -> JSONValue {
        var list: [JSONValue] = [["name": "_outputFormat", "valueString": .string(Self.format)]]
        if let purpose {
            // ATR has a single `_type`, comma-separated (DX-01).
            list.append(["name": "exportType", "valueCanonical": .string(purpose.exportType)])
            if !types.isEmpty { list.append(["name": "_type", "valueString": .string(types.joined(separator: ","))]) }
        } else {
            list += types.map { ["name": "_type", "valueString": .string($0)] }
        }
        if let since { list.append(["name": "_since", "valueInstant": .string(since.text)]) }
        if let until { list.append(["name": "_until", "valueInstant": .string(until.text)]) }
        list += filterParameters.map { ["name": "_typeFilter", "valueString": .string($0)] }
        list += associatedData.map { code in
            codings
                ? ["name": "includeAssociatedData", "valueCoding": ["code": .string(code)]]
                : ["name": "includeAssociatedData", "valueCode": .string(code)]
        }
        list += patients.map { ["name": "patient", "valueReference": ["reference": .string("Patient/" + $0)]] }
        return ["resourceType": "Parameters", "parameter": .array(list)]
    }

    /// The values of `_typeFilter`: one filter each in Bulk Data, any of which has to be met (BLK-10); for a purpose,
    /// all of them in one comma-separated list, as ATR defines it (DX-01).
    private var filterParameters: [String] {
        purpose == nil || typeFilters.isEmpty ? typeFilters : [typeFilters.joined(separator: ",")]
    }

    /// A filter that cannot be in a comma-separated list; nil when there is none, or each has a parameter of its own.
    ///
    /// ATR does not say how to write a comma there that does not end a filter. A search escapes a comma in a value as
    /// `\,` and separates alternatives by plain commas, so that a server which splits at commas reads parts of either
    /// as filters of their own; and a server that does not decode `%2C` searches for that.
    var filterOutOfList: String? { purpose == nil ? nil : typeFilters.first { $0.contains(",") } }

    private static let format = "application/fhir+ndjson"
}
