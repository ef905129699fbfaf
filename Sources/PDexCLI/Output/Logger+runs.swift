import Logging
import Pipeline

extension Logger {
    /// Logs an event of a run: steps, notes and waits at level info, counts at level debug.
    func note(_ event: RunEvent) {
        switch event {
        case .step(let step): info("step", metadata: ["step": "\(step)"])
        case .note(let note): info("note", metadata: ["note": "\(note)"])
        case .waiting(let seconds, let why):
            info("waiting", metadata: ["seconds": "\(Int(seconds.rounded(.up)))", "why": "\(why)"])
        case .pulled(let type, let resources, let bytes):
            debug("pulled", metadata: ["type": "\(type)", "resources": "\(resources)", "bytes": "\(bytes)"])
        case .examined(let members, let total):
            debug("examined", metadata: ["members": "\(members)", "of": "\(total)"])
        case .delivered(let bundles):
            debug("delivered", metadata: ["bundles": "\(bundles)"])
        }
    }
}
