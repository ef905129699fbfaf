#!/bin/sh
# Plants bugs that no double can have into a copy of the sources, and shows which test catches each: make planted
set -eu

scratch=${PDEX_SCRATCH:-$(mktemp -d)/pdex}
mkdir -p "$scratch"
git ls-files -z | xargs -0 cp --parents --preserve=timestamps -t "$scratch"
cd "$scratch"

# One line of the product each; a line that is no longer there ends the script.
plant() {
  grep -qF -- "$2" "$1" || { echo "planted: $1 has no line '$2' any more." >&2; exit 1; }
  sed -i "s#$2#$3#" "$1"
}

plant Sources/FHIRClient/Transport/CurlSetup.swift \
  'set(CURLOPT_FOLLOWLOCATION, 0)' 'set(CURLOPT_FOLLOWLOCATION, 1)'
plant Sources/FHIRClient/Transport/BodyDecoder.swift '!isWhole, received > 0' '!isWhole, received < 0, received > 0'
plant Sources/SQLiteStore/SQLiteExchangeStore+open.swift \
  'PRAGMA synchronous = FULL' 'PRAGMA synchronous = NORMAL'
plant Sources/SQLiteStore/SQLiteExchangeStore+open.swift 'let full = 2' 'let full = 1'

plant Sources/PDex/Rules/CircuitBreaker+rules.swift 'closedUntil = max(until, named ?? until)' 'closedUntil = until'
plant Sources/PDex/Rules/CircuitBreaker+rules.swift \
  '!failing.contains(submission), failing.count' 'failing.count'
plant Sources/Pipeline/Steps/6-Submit.swift 'guard exchange.state.isPending else { throw LostClaim() }' ''
plant Sources/Pipeline/Steps/7-Receipt.swift \
  'if try isTakenBack(submission, writer), let isOwner = try takeBack(heard, writer) { return isOwner }' ''
plant Sources/Pipeline/Bundling/BundleDivider.swift 'group.isEmpty ? groups' 'true ? groups'
plant Sources/Pipeline/Bundling/BundleDivider.swift 'derived("part of a provenance", location, words)' \
  'derived("part of a provenance", location, words + "\\(Int.random(in: 0...Int.max))")'
plant Sources/Pipeline/Replaying/Again.swift 'key] != $0.contentHash' 'key] == nil'
plant Sources/Jobs/Operations/Operations+carrying.swift 'try Self.refusal(exchange, from: replay.step, writer)' \
  'String?.none'
plant Sources/Jobs/Operations/Operations+replays.swift 'guard step != .pull,' 'guard step == .pull,'
plant Sources/SQLiteStore/KeptStore.swift 'kept.merge()' ''

swift build --quiet --build-tests ${PDEX_BUILD_FLAGS:-}

status=0
# caught NAME FILTER: the test has to fail.
caught() {
  if swift test --skip-build --no-parallel --disable-xctest ${PDEX_BUILD_FLAGS:-} --filter "$2" >planted.log 2>&1; then
    echo "| \`$1\` | a line of the product | \`$2\` | NOT CAUGHT |"
    status=1
  elif grep -q 'recorded an issue\|Test run with .* failed' planted.log; then
    echo "| \`$1\` | a line of the product | \`$2\` | caught |"
  else
    tail -n 20 planted.log >&2
    echo "planted: $2 did not run." >&2
    exit 1
  fi
}

caught redirect-followed HostileTests.ConfinementTests/followsNoRedirect
caught gzip-end-ignored HostileTests.TruncationTests/refusesEveryCut
caught synchronous-normal SQLiteStoreTests.DurabilityTests/writer
caught retry-after-forgotten PipelineTests.CircuitBreakerTests/heedsRetryAfter
caught one-bundle-closes PipelineTests.CircuitBreakerTests/poison
caught cancelled-sent-again PipelineTests.CancellationTests/isNotSentAgain
caught part-lost-in-division PipelineTests.DivisionTests/divides
caught division-by-chance PipelineTests.DivisionTests/isDeterministic
caught other-content-as-sent JobsTests.ReplayTests/changedSince
caught replay-over-newer JobsTests.ReplayTests/newerMeanwhile
caught replay-of-restored JobsTests.ReplayTests/restored
caught log-parted-from-store SQLiteStoreTests.RestoreFaultTests/keepsEverything
exit $status
