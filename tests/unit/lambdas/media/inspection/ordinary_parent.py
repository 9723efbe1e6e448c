"""A parent without root's rights, and an unconfined intruder who wants its secrets."""

import json
import sys

from media.inspection import InspectionError, Inspector, RenditionSpec, decoder_process
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.intruder import UNCONFINED, become_ordinary, order

ATTACKS = ("nothing", "read_environment", "open_memory", "attach")

if __name__ == "__main__":
    become_ordinary()
    decoder_process._PROGRAM = UNCONFINED
    answers = {}
    with Inspector(Limits(), (RenditionSpec("thumb", 16),)) as inspector:
        for attack in ATTACKS:
            try:
                inspector.inspect(order(attack), "mallory")
            except InspectionError as answer:
                answers[attack] = str(answer)
    sys.stdout.write(json.dumps(answers))
