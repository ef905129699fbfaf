import FHIR
import Jobs
import Logging
import PDex
import Pipeline

extension Logger {
    /// Notes what a run tells, with which run it was: steps for everybody, counts for those who want them, and as
    /// warnings what an operator is called for.
    func note(_ event: RunEvent) {
        switch event {
        case .step(let step): tell(.info, "step", ["step": "\(step)"])
        case .note(let note): tell(.info, "note", ["note": "\(note)"])
        case .waiting(let seconds, let why):
            tell(.info, "waiting", ["seconds": "\(Int(seconds.rounded(.up)))", "why": "\(why)"])
        case .pulled(let type, let resources, let bytes):
            tell(.debug, "pulled", ["type": "\(type)", "resources": "\(resources)", "bytes": "\(bytes)"])
        case .examined(let members, let total):
            tell(.debug, "examined", ["members": "\(members)", "of": "\(total)"])
        case .delivered(let payer, let bundles):
            tell(.debug, "delivered", ["payer": "\(payer)", "bundles": "\(bundles)"])
        case .paused(let payer, let seconds):
            tell(.info, "payer asked for a pause", ["payer": "\(payer)", "seconds": "\(Int(seconds.rounded(.up)))"])
        case .closed(let payer, let until, let fault):
            tell(.warning, "payer closed", ["payer": "\(payer)", "until": "\(until.text)"], fault)
        case .opened(let payer, let fault):
            tell(.warning, "payer opened", ["payer": "\(payer)"], fault)
        case .parked(let payer, let fault, let count):
            tell(.warning, "exchanges parked", ["payer": "\(payer)", "exchanges": "\(count)"], fault)
        }
    }

    private func tell(_ level: Level, _ event: Message, _ fields: Metadata, _ fault: FaultCode? = nil) {
        var fields = fields
        fields["fault"] = fault.map { "\($0.rawValue)" }
        if let context = RunContext.current {
            fields["job"] = "\(context.job)"
            fields["run"] = "\(context.run)"
            fields["request"] = context.request.map { "\($0)" }
        }
        log(level: level, event, metadata: fields)
    }
}
