"""Asks Tombi's language server what it completes: `complete.py FILE HEADER PREFIX EXPECTED`, below HEADER at the file's end."""

import json
import pathlib
import subprocess
import sys
import time


def main(path, header, prefix, expected):
    file = pathlib.Path(path).resolve()
    text = file.read_text() + f"\n{header}\n{prefix}"
    server = subprocess.Popen(
        ["tombi", "lsp", "--offline"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )

    def send(message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        server.stdin.flush()

    def answer(wanted):
        while True:
            length = 0
            while (line := server.stdout.readline().strip()):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            message = json.loads(server.stdout.read(length))
            if message.get("id") == wanted and "method" not in message:
                return message.get("result")
            if "method" in message and "id" in message:
                send({"id": message["id"], "result": None})

    folder = file.parent.parent.as_uri()
    send({"id": 1, "method": "initialize", "params": {
        "processId": None, "rootUri": folder, "capabilities": {},
        "workspaceFolders": [{"uri": folder, "name": "repo"}]}})
    answer(1)
    send({"method": "initialized", "params": {}})
    send({"method": "textDocument/didOpen", "params": {"textDocument": {
        "uri": file.as_uri(), "languageId": "toml", "version": 1, "text": text}}})
    lines = text.split("\n")
    position = {"line": len(lines) - 1, "character": len(lines[-1])}
    labels = []
    # The server answers with nothing until it has read the schemas.
    for number in range(2, 300):
        send({"id": number, "method": "textDocument/completion", "params": {
            "textDocument": {"uri": file.as_uri()}, "position": position}})
        result = answer(number) or []
        items = result["items"] if isinstance(result, dict) else result
        labels = [item["label"] for item in items]
        if labels:
            break
        time.sleep(0.1)
    server.kill()
    if expected not in labels:
        sys.exit(f"tombi completes {labels}, not {expected}")


main(*sys.argv[1:])
