"""A decoder that was taken over: whatever it is sent, it answers as $IMPOSTOR_SAYS."""

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

HALF = (1000).to_bytes(4) + b'{"image"'


class Bomb:
    """Runs a program of its choice in whoever unpickles it: here, one that leaves a trace."""

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (Path(os.environ["IMPOSTOR_TRACE"]),)


def answer(connection: Connection, says: str) -> None:
    match says:
        case "a pickle":
            connection.send(Bomb())
        case "half an answer":
            os.write(connection.fileno(), HALF)
            sys.exit()
        case "half an answer, and waits":
            os.write(connection.fileno(), HALF)
        case "a fault":
            connection.send_bytes(b'{"fault": "KeyError", "place": "media.x:1"}')


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as connection:
        connection.recv_bytes()
        connection.send_bytes(b'{"refused": []}')
        while True:
            connection.recv_bytes()
            answer(connection, os.environ["IMPOSTOR_SAYS"])
