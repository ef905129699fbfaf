/// Why a Group's data is fetched from a payer: the `exportType` of `$davinci-data-export` (DX-02).
public enum ExportPurpose: String, Sendable, Hashable, CaseIterable {
    /// One payer from another.
    case payerToPayer = "payer-to-payer"
    /// A provider: what changed since an instant, which must be given.
    case providerDelta = "provider-delta"
    /// A provider: everything, to be kept.
    case providerDownload = "provider-download"
    /// A provider: everything as it is now.
    case providerSnapshot = "provider-snapshot"

    /// As it is written in a kick-off.
    public var exportType: String {
        let code = self == .payerToPayer ? "payertopayer" : rawValue
        return "hl7.fhir.us.davinci-pdex#" + code
    }
}
