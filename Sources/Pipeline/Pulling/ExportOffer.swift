import PDex

/// The levels at which a clinic offers exports of what a job asks for (BLK-04).
struct ExportOffer {
    /// No more than the roster: the Group, or all patients when the job names no Group.
    let narrowest: ExportRequest.Level?
    /// More than the roster: all patients, or the whole system.
    let widest: ExportRequest.Level?
    private let group: String?

    init(_ selection: ExchangeTerms.Selection, _ capability: ServerCapability) {
        func offers(_ type: String) -> Bool { capability.types[type]?.operations.contains("export") == true }
        group = selection.group
        if let group = selection.group {
            narrowest = offers("Group") ? .group(group) : nil
        } else {
            narrowest = offers("Patient") ? .patient : nil
        }
        widest =
            if offers("Patient") { .patient } else if capability.systemOperations.contains("export") { .system } else {
                nil
            }
    }

    /// The offer in words.
    func words(_ level: ExportRequest.Level) -> String {
        switch level {
        case .group: "Group/[id]/$export is offered"
        case .patient: group == nil ? "Patient/$export is offered" : "of exports, only that of all patients is offered"
        case .system: "of exports, only that of the whole system is offered"
        }
    }

    /// The missing offer in words.
    var noWords: String {
        group == nil ? "Patient/$export is not offered" : "Group/[id]/$export is not offered"
    }
}
