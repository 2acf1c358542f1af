"""Joins a namespace with python-socketio and prints what it receives: for tests of clients that are not JavaScript."""

import json
import sys
import threading

import socketio

url, transport, key, namespace, sends, waits_for = sys.argv[1:7]
header = len(sys.argv) > 7 and sys.argv[7] == "header"
client = socketio.Client(reconnection=False, ssl_verify=False, request_timeout=300)
done = threading.Event()
result = {}


def note(**fields):
    """Stores what arrived; the event and the acknowledgement arrive in any order."""
    result.update(fields)
    if "event" in result and "answer" in result:
        done.set()


@client.on(waits_for, namespace=namespace)
def on_event(data):
    note(event=data)


@client.on("connect", namespace=namespace)
def on_connect():
    event, payload = json.loads(sends)
    client.emit(event, payload, namespace=namespace, callback=lambda answer: note(answer=answer))


@client.on("connect_error", namespace=namespace)
def on_refused(data):
    result["refused"] = data
    done.set()


try:
    client.connect(
        url,
        transports=[transport] if transport != "both" else None,
        namespaces=[namespace],
        headers={"Authorization": f"Bearer {key}"} if header else {},
        auth={} if header else {"token": key},
        wait=False,  # a refusal comes as an event
    )
    done.wait(300)
    result["transport"] = client.transport()
except socketio.exceptions.ConnectionError as error:
    result["error"] = str(error)
print(json.dumps(result))
client.disconnect()
