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
exit $status
