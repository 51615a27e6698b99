"""Pipelines: roles of AWS, known by tokens that AWS signs for them, or by a proof; and what they may here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from domain.authentication import proofs
from domain.authentication.pipelines import require_pipeline
from domain.authentication.principals import Principal
from domain.authentication.refusals import Unauthenticated
from domain.authentication.workloads import ALGORITHMS, HOSTS, workload
from domain.errors import shown
from domain.permissions import Viewer
from graph.authentication.keys import Keys
from graph.authentication.policy import PipelinePolicy
from graph.authentication.standing import Standing
from graph.authentication.sts import Sts
from graph.authentication.tokens import Verified
from models import proofs as taken
from models.engine import Database

Known = tuple[Viewer, datetime]
"""Who it is, and until when."""


class Workloads:
    """The pipelines of one service. standing: what they are by the configuration. clock: the world's time, UTC."""

    def __init__(
        self, policy: PipelinePolicy, database: Database, standing: Standing, clock: Callable[[], datetime]
    ) -> None:
        self._policy, self._database, self._standing, self._clock = policy, database, standing, clock
        self._tokens = {issuer: Verified(Keys(issuer), ALGORITHMS) for issuer in policy.issuers}
        self._sts = Sts(policy.sts)

    def speaks(self, issuer: str | None) -> bool:
        """Whether it is an issuer of AWS, as far as a token says whose it is. Nothing of the token is believed yet."""
        return issuer is not None and (issuer in self._tokens or issuer.endswith(HOSTS))

    async def by_token(self, token: str, issuer: str, *, afresh: bool = False) -> Known:
        """Whose token it is. issuer: as the token says. Raises Unauthenticated, NoRole and IssuerUnavailable."""
        verified = self._tokens.get(issuer)
        if verified is None:
            raise Unauthenticated(
                f"The token is of the issuer {shown(issuer)}, which INTERLOCK_PIPELINE_ISSUERS does not name.",
                remedy=f"Let whoever looks after the service add to it ACCOUNT={issuer[:200]}.",
            )
        said = await verified.claims(token)
        account = self._policy.issuers[issuer]
        found = workload(said, issuer, account, self._policy.audience, self._clock())
        return await self._viewer(found.principal, afresh=afresh), found.ends_at

    async def by_proof(self, bearer: str) -> Known:
        """Whose proof it is; it is taken once. Raises as `by_token` does."""
        accounts, now = self._policy.proofs, self._clock()
        if accounts is None:
            raise Unauthenticated(
                "No proofs by GetCallerIdentity are taken here.",
                remedy="Enable outbound identity federation in the pipeline's account, and name its issuer in"
                " INTERLOCK_PIPELINE_ISSUERS; or set INTERLOCK_PIPELINE_PROOFS=1.",
            )
        given = proofs.proof(bearer, now)
        principal = await self._sts.caller(given, self._policy.audience)
        if accounts and principal.account not in accounts:
            raise Unauthenticated(
                f"No proofs of the account {principal.account} are taken.",
                remedy="Let whoever looks after the service add it to INTERLOCK_PIPELINE_PROOFS.",
            )
        viewer = await self._viewer(principal, afresh=True)
        digest = hashlib.sha256(given.signature.encode()).hexdigest()
        async with self._database.transaction() as session:
            if not await taken.take(session, digest, given.ends_at, now):
                raise Unauthenticated("The proof was taken before.", remedy="Make a new one for every request.")
        return viewer, given.ends_at

    async def _viewer(self, principal: Principal, *, afresh: bool) -> Viewer:
        configuration = await self._standing.configuration(afresh=afresh)
        return Viewer(principal.actor, frozenset(), require_pipeline(principal, configuration))
