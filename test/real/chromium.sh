#!/usr/bin/env bash
# Debian's Chromium: `start` installs it, `where` says which program it is, `stop` has nothing to do, for the tests that
# want it start one of their own (test/support/chromium.ts).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
  start)
    packages chromium
    say "$(chromium --version 2>/dev/null)"
    ;;
  where) command -v chromium || die 'not installed' ;;
  stop) ;;
  *) die 'say start, where or stop' ;;
esac
