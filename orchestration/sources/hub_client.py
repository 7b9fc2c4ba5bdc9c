"""One GET request to the Hub's API: endpoint and token, rate limits, time-outs, retries.

The session, the token and the rate-limit header are the Hub library's. Its ``http_backoff`` is not used, because it
waits without jitter and does not judge the answer's body; its ``build_hf_headers`` is not, because it asks the Hub
for a list of known programs first.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import httpx2
from huggingface_hub import constants, get_session
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.utils import get_token_to_send, parse_ratelimit_headers  # type: ignore[attr-defined]
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from orchestration.settings import Settings
from orchestration.snapshots.store import code_version
from orchestration.sources.locations import asked_to_wait, without_credentials

#: Largest answer, in bytes: a page of 1,000 models has one or two millions.
LARGEST_ANSWER = 256 << 20
#: A server may send byte after byte for ever; an answer as a whole may take so many times the request's time-out.
WHOLE_ANSWER_FACTOR = 10

_PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """A whole answer with status 200.

    Attributes:
        body: the bytes, with any transfer compression undone.
        next_page: what names the next page, see :meth:`HubClient.get`; None on the last page.
    """

    body: bytes
    next_page: str | None


class HubError(Exception):
    """The Hub did not give a usable answer; the text is one sentence without its end.

    Attributes:
        status: HTTP status, or None if there was no answer.
        body: what was received instead, if anything.
    """

    def __init__(self, reason: str, *, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(reason)
        self.status = status
        self.body = body


class _PassingError(HubError):
    """Trouble that may pass: worth another attempt.

    Attributes:
        wait: seconds that the server asks to wait.
    """

    def __init__(self, reason: str, *, status: int | None = None, body: bytes = b"", wait: float | None = None) -> None:
        super().__init__(reason, status=status, body=body)
        self.wait = wait


class HubClient:
    """Asks one Hub; the endpoint is ``HF_ENDPOINT`` and the token ``HF_TOKEN`` at the time it is made."""

    def __init__(self, settings: Settings) -> None:
        self.endpoint = os.environ.get("HF_ENDPOINT", constants.ENDPOINT).rstrip("/")
        self.location = without_credentials(self.endpoint)
        self._settings = settings
        self._backoff = wait_exponential_jitter(
            initial=settings.request_wait_seconds,
            max=settings.request_longest_wait_seconds,
            jitter=settings.request_wait_seconds,
        )
        self._not_before = 0.0

    def get(self, path: str, query: str, page: str | None, is_usable: Callable[[bytes], bool]) -> Answer:
        """Gets one answer, with as many attempts as the settings allow.

        Args:
            path: path under the endpoint, quoted.
            query: what is asked for, as an encoded query.
            page: which page of it: what the link to that page adds to the query (a cursor); None: the first. Nothing
                else of a link is followed: neither may the token go to another host, nor the condition be lost.
            is_usable: whether a body is what it should be; one that is not was cut off or replaced on its way.

        Raises:
            HubError: no usable answer; the sentence says why.
        """
        attempts = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self._settings.request_attempts),
            wait=self._wait,
            reraise=True,
        )
        return attempts(self._get_once, path, query, page, is_usable)

    def _wait(self, state: RetryCallState) -> float:
        """Exponential backoff with jitter, but never less than the server asks for."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingError) else None
        return max(self._backoff(state), asked or 0.0)

    def _get_once(self, path: str, query: str, page: str | None, is_usable: Callable[[bytes], bool]) -> Answer:
        time.sleep(max(0.0, self._not_before - time.monotonic()))
        try:
            response, body = self._read(f"{path}?{query}" if page is None else f"{path}?{query}&{page}")
        except OfflineModeIsEnabled:
            raise HubError("the setting HF_HUB_OFFLINE forbids it") from None
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
            raise HubError("HF_ENDPOINT is not a valid address") from None
        except httpx2.TimeoutException:
            raise _PassingError(f"no answer within {self._settings.request_timeout_seconds:g} seconds") from None
        except httpx2.RequestError as error:
            raise _PassingError(f"the connection failed ({error})") from None
        if response.status_code in _PASSING_STATUSES:
            raise self._passing(response, body)
        if response.status_code != httpx2.codes.OK:
            raise HubError(_refusal(response), status=response.status_code, body=body)
        if not is_usable(body):
            raise _PassingError(f"{_likeness(body)} instead of models", status=response.status_code, body=body)
        link = response.links.get("next")
        next_page = None if link is None else _added_by(link.get("url", ""), query)
        if next_page == "":
            raise _PassingError("a broken link to the next page", status=response.status_code, body=body)
        self._not_before = time.monotonic() + self._pause(response)
        return Answer(body, next_page)

    def _read(self, target: str) -> tuple[httpx2.Response, bytes]:
        timeout = self._settings.request_timeout_seconds
        deadline = time.monotonic() + timeout * WHOLE_ANSWER_FACTOR
        headers = {"user-agent": f"open-model-warehouse/{code_version()}"}
        if token := get_token_to_send(None):
            headers["authorization"] = f"Bearer {token}"
        with get_session().stream("GET", f"{self.endpoint}{target}", headers=headers, timeout=timeout) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise HubError(f"an answer has more than {LARGEST_ANSWER >> 20} MB")
                if time.monotonic() > deadline:
                    raise _PassingError(f"no whole answer within {timeout * WHOLE_ANSWER_FACTOR:g} seconds")
        return response, bytes(body)

    def _passing(self, response: httpx2.Response, body: bytes) -> HubError:
        status = response.status_code
        reason = "the rate limit is used up (HTTP 429)" if status == 429 else f"HTTP {status}"
        wait = _asked_to_wait(response)
        if wait is not None and wait > self._settings.request_longest_wait_seconds:
            return HubError(f"{reason}, and it asks to wait {wait:.0f} seconds", status=status, body=body)
        return _PassingError(reason, status=status, body=body, wait=wait)

    def _pause(self, response: httpx2.Response) -> float:
        """Seconds to wait before the next request, so that the rate limit is kept rather than met."""
        limit = parse_ratelimit_headers(response.headers)
        if limit is None or limit.remaining > 0:
            return 0.0
        return min(float(limit.reset_in_seconds), self._settings.request_longest_wait_seconds)


def _asked_to_wait(response: httpx2.Response) -> float | None:
    """Seconds that the headers ask to wait: until the rate limit's window ends, or ``Retry-After``."""
    limit = parse_ratelimit_headers(response.headers)
    if limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    return asked_to_wait(response)


def _added_by(link: str, query: str) -> str:
    """What a link adds to a query; empty if nothing."""
    known = dict(parse_qsl(query))
    whole = link.partition("?")[2].partition("#")[0]
    return urlencode([(name, value) for name, value in parse_qsl(whole) if name not in known])


def _refusal(response: httpx2.Response) -> str:
    match response.status_code:
        case 401:
            return "the credentials were refused (HTTP 401); correct HF_TOKEN or unset it"
        case 403:
            return "access was refused (HTTP 403); set an HF_TOKEN that may read it"
        case status:
            return f"HTTP {status}"


def _likeness(body: bytes) -> str:
    """What an unusable body looks like."""
    head = body[:1000].strip().lower()
    if not head:
        return "an empty answer"
    return "an HTML page" if head.startswith(b"<") else "broken or cut JSON"
