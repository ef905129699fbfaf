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

    /// What is in the request and can be left out of it, in the order in which it goes.
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

    /// As the query of a GET: types in one list with commas, as servers of Bulk Data 1 to 3 read it (BLK-09).
    var queryParameters: [SearchQuery.Parameter] {
        var parameters = [SearchQuery.Parameter("_outputFormat", Self.format)]
        if !types.isEmpty { parameters.append(.init("_type", types.joined(separator: ","))) }
        if let since { parameters.append(.init("_since", since.text)) }
        if let until { parameters.append(.init("_until", until.text)) }
        parameters += filterParameters.map { .init("_typeFilter", $0) }
        parameters += associatedData.map { .init("includeAssociatedData", $0) }
        return parameters
    }

    /// As the Parameters of a POST: what may be repeated is repeated, which every version takes (BLK-09).
    ///
    /// From version 4 on what comes along is named by a coding, before by a code (BLK-12).
    func parametersResource(codings: Bool) -> JSONValue {
        var list: [JSONValue] = [["name": "_outputFormat", "valueString": .string(Self.format)]]
        if let purpose {
            // ATR has one of it, with commas (DX-01).
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

    /// The values of `_typeFilter`: a filter each in Bulk Data, of which one has to be met (BLK-10), and all of them in one
    /// list with commas where it is for a purpose, as ATR defines it (DX-01).
    private var filterParameters: [String] {
        purpose == nil || typeFilters.isEmpty ? typeFilters : [typeFilters.joined(separator: ",")]
    }

    /// A filter that cannot stand in a list with commas; nil when there is none, or each has a parameter of its own.
    ///
    /// ATR does not say how a comma is written there that ends no filter. A search escapes one in a value as `\,` and has
    /// alternatives with plain commas, so that a server which divides at commas reads parts of either as filters of
    /// their own; and one that takes `%2C` as it stands looks for that.
    var filterOutOfList: String? { purpose == nil ? nil : typeFilters.first { $0.contains(",") } }

    private static let format = "application/fhir+ndjson"
}
