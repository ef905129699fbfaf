import DeclarativeFiles
import PDex

extension Fault {
    /// A fault with every diagnostic of files that cannot be used, one per line.
    init(_ code: FaultCode, _ diagnostics: FileDiagnostics, hint: String) {
        let count = diagnostics.all.count
        let lines = diagnostics.all.map { "\n  " + $0.description }.joined()
        self.init(
            code, .stop, (count == 1 ? "One thing is wrong:" : "\(count) things are wrong:") + lines, hint: hint)
    }
}
