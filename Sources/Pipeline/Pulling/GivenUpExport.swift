/// Why a run searches a clinic that offers an export: it was refused, failed, or took too long.
struct GivenUpExport: Error {
    /// The code of the fault.
    let why: String
}
