#!/usr/bin/env bash
# Debian's Chromium: `start` installs it and has it show a page, `where` says which program it is, `stop` has nothing to
# do, for the tests that want it start one of their own (test/support/chromium.ts).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$state/chromium

provide() { packages chromium; }

up() { :; }

try() {
  rm -rf "$folder"
  HOME=$folder timeout --kill-after=5 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$folder" --dump-dom 'data:text/html,<p>there' 2>&1 </dev/null | grep -aqF '<p>there</p>' || die 'it shows no page'
  rm -rf "$folder"
}

down() { :; }

where() { echo "program: $(command -v chromium) $(chromium --version 2>/dev/null)"; }

main "$@"
