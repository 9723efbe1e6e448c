"""What a killed run left is seen to once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.integration.promotion.conftest import ROOT
from tooling.clients import Clients
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError
from tooling.promotion.decision import Decision
from tooling.promotion.ledger import Entry, Step
from tooling.promotion.promote import Promotion
from tooling.releases import UNKNOWN_RELEASE
from tooling.target import Target

if TYPE_CHECKING:
    from tests.integration.promotion.conftest import Cloud
    from tooling.promotion.delivery import Delivery


@pytest.fixture
def promotion(cloud: Cloud, delivery: Delivery) -> Promotion:
    """A promotion from an environment where nothing is deployed."""
    delivery.lease.give_up()
    source = Target(
        EnvironmentFiles(ROOT / "environments").load("dev"), cloud.endpoint, cloud.session
    )
    return Promotion(source, Clients(source), delivery, Decision("promote dev staging"))


def killed(promotion: Promotion, *steps: Step) -> None:
    """Let the ledger know of a run that ended without a word."""
    journal = promotion.delivery.journal
    for step in (Step.STARTED, *steps):
        journal.ledger.append(
            Entry(
                run="killed",
                command="promote dev staging",
                step=step,
                origin=journal.origin.document(),
                release=UNKNOWN_RELEASE.document(),
            )
        )


@pytest.mark.parametrize("step", [Step.CANARY, Step.SMOKE_FAILED, Step.RETURNING])
def test_a_run_that_leads_back_is_taken_up_once(promotion: Promotion, step: Step) -> None:
    killed(promotion, step)
    with pytest.raises(OperatorError, match="killed before its release had proved itself"):
        promotion.run(None)
    again = replace(promotion.delivery, journal=replace(promotion.delivery.journal, run="again"))
    with pytest.raises(OperatorError, match="Nothing is deployed in dev"):
        replace(promotion, delivery=again).run(None)
