"""Client of Stepgate, two-factor authentication as a service.

It fails closed: no error is a log-in.
"""

from .client import AsyncClient, Client
from .errors import InvalidCode, Locked, LogInEnded, Refused, StepgateError, Unavailable
from .parameters import Proof, Visitor
from .results import (
    App,
    Assertion,
    Authenticator,
    Challenge,
    Confirmation,
    Enrolment,
    Link,
    Redemption,
    User,
    Verification,
)

__all__ = [
    "App",
    "Assertion",
    "AsyncClient",
    "Authenticator",
    "Challenge",
    "Client",
    "Confirmation",
    "Enrolment",
    "InvalidCode",
    "Link",
    "Locked",
    "LogInEnded",
    "Proof",
    "Redemption",
    "Refused",
    "StepgateError",
    "Unavailable",
    "User",
    "Verification",
    "Visitor",
]
