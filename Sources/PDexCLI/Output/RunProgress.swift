import FHIR
import PDex
import Pipeline
import Synchronization

/// Shows on stderr what a command is doing: a bar on a terminal, lines otherwise.
final class RunProgress: Sendable {
    /// How progress is shown.
    enum Style: Sendable { case bar, lines, none }

    private struct State {
        var step = ""
        var pulled: (resources: Int, bytes: Int) = (0, 0)
        var members: (examined: Int, of: Int) = (0, 0)
        var bundles = 0
        var isBarShown = false
        var lastShown: ContinuousClock.Instant?
    }

    private let style: Style
    private let state = Mutex(State())
    private let columns: @Sendable () -> Int
    private let write: @Sendable (String) -> Void

    /// Progress in a style, written to stderr unless told otherwise; a bar is no longer than `columns`.
    init(
        style: Style, columns: @escaping @Sendable () -> Int = { Terminal.columns },
        write: @escaping @Sendable (String) -> Void = { Terminal.write($0, to: 2) }
    ) {
        self.style = style
        self.columns = columns
        self.write = write
    }

    /// Writes a sentence at once.
    func say(_ sentence: String) {
        state.withLock { line(sentence, &$0) }
    }

    /// Shows an event of a run.
    func show(_ event: RunEvent) {
        state.withLock { state in
            switch event {
            case .step(let step):
                summarize(&state)
                state.step = step
                state.lastShown = nil
                if style == .lines { line(step, &state) } else { bar(&state) }
            case .pulled(_, let resources, let bytes):
                state.pulled.resources += resources
                state.pulled.bytes += bytes
                update(&state)
            case .examined(let members, let total):
                state.members = (members, total)
                update(&state)
            case .delivered(_, let bundles):
                state.bundles += bundles
                update(&state)
            case .waiting(let seconds, let why):
                line("waiting \(Int(seconds.rounded(.up)).asTime): \(why)", &state)
            case .paused:
                break
            case .closed(let payer, let until, let fault):
                let why = fault.map { " (\($0.rawValue))" } ?? ""
                line("\(payer) fails\(why): it is left alone until \(until.text)", &state)
            case .opened(let payer, _):
                line("\(payer) works again", &state)
            case .parked(_, let fault, let count):
                line("\(count.of("exchange")) parked: \(fault.rawValue)", &state)
            case .note(let note):
                line(note, &state)
            }
        }
    }

    /// Erases the bar, before anything else is written.
    func end() {
        state.withLock { state in
            summarize(&state)
            erase(&state)
        }
    }

    private func update(_ state: inout State) {
        // The bar is updated ten times a second, lines every five seconds.
        let pause: Duration = style == .bar ? .milliseconds(100) : .seconds(5)
        let now = ContinuousClock.now
        if let last = state.lastShown, now - last < pause { return }
        let isFirst = state.lastShown == nil
        state.lastShown = now
        switch style {
        case .bar: bar(&state)
        case .lines: if !isFirst { line("  " + counts(state), &state) }
        case .none: break
        }
    }

    /// Writes the counts at the end of a step, which its last update may not have shown.
    private func summarize(_ state: inout State) {
        guard !state.step.isEmpty, state.lastShown != nil, style == .lines else { return }
        line("  " + counts(state), &state)
    }

    private func counts(_ state: State) -> String {
        guard state.members.of > 0 else {
            return "\(state.pulled.resources.grouped) resources, \(state.pulled.bytes.asBytes)"
        }
        return "\(state.members.examined.grouped) of \(state.members.of.grouped) members, "
            + "\(state.bundles.of("bundle")) delivered"
    }

    private func bar(_ state: inout State) {
        guard style == .bar else { return }
        let share = state.members.of > 0 ? Double(state.members.examined) / Double(state.members.of) : 0
        let filled = min(max(Int(share * 20), 0), 20)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        let counts = counts(state)
        // A line that wraps could not be erased. The counts are what changes: rather the step is cut.
        let most = max(columns() - 1, 0)
        let room = max(most - bar.count - counts.count - 3, 1)
        let step = state.step.count > room ? String(state.step.prefix(room - 1)) + "…" : state.step
        write("\r\u{1B}[K" + String("\(bar) \(step): \(counts)".prefix(most)))
        state.isBarShown = true
    }

    private func line(_ text: String, _ state: inout State) {
        guard style != .none else { return }
        erase(&state)
        write(text + "\n")
    }

    private func erase(_ state: inout State) {
        if state.isBarShown { write("\r\u{1B}[K") }
        state.isBarShown = false
    }
}
