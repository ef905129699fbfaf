#!/bin/sh
# Runs every test under Thread Sanitizer and Address Sanitizer, child processes included: make sanitize
#
# Each has a build of its own. A report ends with 1, and so does a test that fails; FILTER and SKIP narrow what is run.
set -eu

sanitizers=${1:-thread address}
reports=$PWD/.build-reports
status=0

for sanitizer in $sanitizers; do
  case $sanitizer in
    thread) scratch=.build-tsan ;;
    address) scratch=.build-asan ;;
    *) echo "sanitize: thread or address, not $sanitizer." >&2; exit 2 ;;
  esac
  swift build --quiet --build-tests --sanitize "$sanitizer" --scratch-path $scratch >&2
  rm -rf "$reports"
  mkdir -p "$reports"
  # Reports of all processes go into files: nobody reads what a child writes.
  preload=
  if [ "$sanitizer" = thread ]; then
    preload=$PWD/$scratch/mutex.so
    "$(dirname "$(readlink -f "$(command -v swiftc)")")/clang" -O1 -Wall -Wextra -Werror -shared -fPIC \
      -o "$preload" Campaigns/Sanitize/mutex.c
  fi
  # Of leaks nothing is asked: the runtime keeps what it has made until the process ends.
  env ${preload:+LD_PRELOAD="$preload"} SWIFT_BACKTRACE=enable=no \
    TSAN_OPTIONS="log_path=$reports/thread report_thread_leaks=0 exitcode=0" \
    ASAN_OPTIONS="log_path=$reports/address detect_leaks=0" \
    swift test --skip-build --no-parallel --disable-xctest --sanitize "$sanitizer" --scratch-path $scratch \
    ${FILTER:+--filter "$FILTER"} ${SKIP:+--skip "$SKIP"} >"$reports.log" 2>&1 || status=1
  grep -E '^✘ (Test|Suite)|recorded an issue|^[✔✘] Test run' "$reports.log" | cut -c1-400 || true
  count=$(cat "$reports"/* 2>/dev/null | grep -c '^SUMMARY' || true)
  echo "$sanitizer: $count reports"
  if [ "$count" -gt 0 ]; then
    cat "$reports"/* | grep '^SUMMARY' | sort | uniq -c | sort -rn
    status=1
  fi
done
exit $status
