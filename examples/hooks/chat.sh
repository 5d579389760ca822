#!/bin/sh
# A hook of `keyroll check` that posts what is due to a chat. Needs jq and curl.
#
#   [hooks]
#   on-overdue = ["./chat.sh"]
#
# The address of a chat's web hook is a secret, so it stands in a file beside this one, mode 600, and in no argument:
#   chat.curl:   url = "https://chat.femo.example/hooks/..."
set -eu
jq '{ text: ([(if .test then "(test) " else "" end) + "keyroll: \(.event)"]
    + [.findings[] | "\(.severity) `\(.subject)` \(.message)"] | join("\n")) }' |
  curl --fail --silent --show-error --max-time 30 --config ./chat.curl \
    --header 'Content-Type: application/json' --data-binary @-
