#!/bin/sh
# A hook of `keyroll check` that mails the owners what is due. Needs jq and a sendmail.
#
#   [hooks]
#   on-due = ["./mail.sh", "operations@femo.example"]
#
# What no owner has an address for goes to the one that is given.
set -eu
elsewhere=$1
message=$(cat)
ask() { printf '%s' "$message" | jq -r "$@"; }

to=$(ask '[.findings[].owners[].email | values] | unique | join(", ")')
{
  printf 'To: %s\n' "${to:-$elsewhere}"
  ask '"Subject: \(if .test then "[test] " else "" end)keyroll: \(.findings | length) \(.event)"'
  printf 'Auto-Submitted: auto-generated\nContent-Type: text/plain; charset=utf-8\n\n'
  ask '.findings[] | "\(.severity): \(.subject)\n  \(.message)\n  due: \(.due // "now")\n  fix: \(.fix // "-")\n"'
} | sendmail -t
