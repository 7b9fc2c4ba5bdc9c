"""A Hub on loopback that takes uploads: dataset repositories with branches, tags, LFS objects and commits.

It speaks what ``huggingface_hub`` uses to create a repository, list its files and refs, commit (preupload, LFS batch,
PUT, commit) and tag, and serves files by revision. Every change is written down, so that a test sees their order.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.fakes.loopback import ServiceServer, running

Tree = dict[str, bytes]


@dataclass
class HubFault:
    """Something that goes wrong.

    Attributes:
        method: of the request.
        about: text in its path.
        what: ``drop`` (no answer), ``refuse`` (HTTP 403), ``spoil`` (a flipped byte in the answer) or ``lose`` (done,
            but the answer never comes).
        times: how often; None: for ever.
        after: how many such requests go well before.
    """

    method: str
    about: str
    what: str
    times: int | None = 1
    after: int = 0


@dataclass
class FakeRepository:
    """One dataset repository and what was done to it.

    Attributes:
        commits: trees by commit id; ``.gitattributes`` is the Hub's own.
        branches: commit by branch.
        tags: commit by tag.
        objects: large files by sha256.
        log: changes, in order.
    """

    commits: dict[str, Tree] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    exists: bool = False

    def create(self) -> None:
        self.exists = True
        self.branches["main"] = self._commit({".gitattributes": b"*.parquet filter=lfs\n"})

    def revision(self, name: str) -> str | None:
        """The commit that a branch, tag or commit id names."""
        found = self.branches.get(name) or self.tags.get(name) or name
        return found if found in self.commits else None

    def apply(self, branch: str, lines: list[dict[str, Any]]) -> str:
        """Makes a commit of the operations of a payload."""
        tree = dict(self.commits[self.branches[branch]])
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                tree[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                tree[value["path"]] = self.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                del tree[value["path"]]
        self.branches[branch] = self._commit(tree)
        self.log.append(f"commit {branch}")
        return self.branches[branch]

    def _commit(self, tree: Tree) -> str:
        name = hashlib.sha1(f"{len(self.commits)} {sorted(tree)}".encode()).hexdigest()
        self.commits[name] = tree
        return name


@dataclass
class FakeHubRepositories:
    """The Hub of one test: one repository, and the faults of its answers."""

    repository: FakeRepository = field(default_factory=FakeRepository)
    faults: list[HubFault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def fault(self, method: str, path: str) -> HubFault | None:
        for fault in self.faults:
            if fault.times != 0 and fault.method == method and fault.about in path:
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


def is_large(path: str, size: int) -> bool:
    """Whether the Hub wants a file as an LFS object."""
    return path.endswith((".parquet", ".duckdb")) or size > 100_000


def _refs(commits: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "ref": f"refs/{name}", "targetCommit": commit} for name, commit in commits.items()]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ServiceServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""

    def _answer(self, method: str) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hub = self.server.service
        with self.server.turn:
            hub.asked.append(f"{method} {path}")
            fault = hub.fault(method, path)
            if fault is not None and fault.what == "refuse":
                self._reply(403, b'{"error":"Forbidden"}', method)
                return
            if fault is not None and fault.what == "drop":
                self.close_connection = True
                return
            code, answer = self._do(hub.repository, method, path, body)
        if fault is not None and fault.what == "lose":
            self.close_connection = True
            return
        if fault is not None and fault.what == "spoil":
            answer = bytes([answer[0] ^ 1]) + answer[1:]
        self._reply(code, answer, method)

    def _do(self, repository: FakeRepository, method: str, path: str, body: bytes) -> tuple[int, bytes]:  # noqa: PLR0911, PLR0912
        match [part for part in path.split("/") if part]:
            case ["api", "validate-yaml"]:
                return 200, b'{"errors":[],"warnings":[]}'
            case ["api", "repos", "create"]:
                code = 409 if repository.exists else 200
                if not repository.exists:
                    repository.create()
                return code, json.dumps(
                    {"url": f"{self.server.service.url}/datasets/org/name", "error": "exists"}
                ).encode()
            case ["lfs", oid] if method == "PUT":
                if hashlib.sha256(body).hexdigest() != oid:
                    return 400, b"{}"
                repository.objects[oid] = body
                repository.log.append("object")
                return 200, b""
        if not repository.exists:
            return 404, b'{"error":"Repository not found"}'
        match [part for part in path.split("/") if part]:
            case ["api", "datasets", _, _]:
                return self._info(repository, "main")
            case ["api", "datasets", _, _, "revision", *revision]:
                return self._info(repository, "/".join(revision))
            case ["api", "datasets", _, _, "refs"]:
                refs = {
                    kind: [
                        {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": commit}
                        for name, commit in of.items()
                    ]
                    for kind, of in (("branches", repository.branches), ("tags", repository.tags))
                }
                return 200, json.dumps(refs | {"converts": []}).encode()
            case ["api", "datasets", _, _, "tree", revision]:
                commit = repository.revision(revision)
                tree = repository.commits[commit] if commit else {}
                entries = [{"type": "file", "path": name, "size": len(data), "oid": "0"} for name, data in tree.items()]
                return (200 if commit else 404), json.dumps(entries).encode()
            case ["api", "datasets", _, _, "preupload", branch]:
                files = [self._mode(repository, branch, file) for file in json.loads(body)["files"]]
                return 200, json.dumps({"files": files}).encode()
            case ["datasets", _, _, "info", "lfs", "objects", "batch"]:
                objects = [self._wanted(repository, each) for each in json.loads(body)["objects"]]
                return 200, json.dumps({"transfer": "basic", "objects": objects}).encode()
            case ["api", "datasets", _, _, "commit", branch]:
                return self._commit(repository, branch, [json.loads(line) for line in body.splitlines()])
            case ["api", "datasets", _, _, "branch", branch]:
                if branch in repository.branches:
                    return 409, b'{"error":"Reference already exists"}'
                repository.branches[branch] = repository.branches["main"]
                return 200, b"{}"
            case ["api", "datasets", _, _, "tag", revision]:
                name = json.loads(body)["tag"]
                if name in repository.tags:
                    return 409, b'{"error":"Tag reference exists already"}'
                repository.tags[name] = str(repository.revision(revision))
                repository.log.append(f"tag {name}")
                return 200, b"{}"
            case ["datasets", _, _, "resolve", revision, *name]:
                commit = repository.revision(revision)
                data = repository.commits.get(commit or "", {}).get("/".join(name))
                return (404, b"{}") if data is None else (200, data)
        return 404, json.dumps({"error": f"{method} {path} is not spoken here"}).encode()

    def _info(self, repository: FakeRepository, revision: str) -> tuple[int, bytes]:
        commit = repository.revision(revision)
        return (200 if commit else 404), json.dumps({"id": "org/name", "_id": "1", "sha": commit}).encode()

    def _mode(self, repository: FakeRepository, branch: str, file: dict[str, Any]) -> dict[str, Any]:
        there = repository.commits[repository.branches[branch]].get(file["path"])
        large = is_large(file["path"], file["size"])
        oid = None
        if there is not None:
            header = b"" if large else f"blob {len(there)}\0".encode()
            oid = (hashlib.sha256 if large else hashlib.sha1)(header + there).hexdigest()
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}

    def _wanted(self, repository: FakeRepository, each: dict[str, Any]) -> dict[str, Any]:
        if each["oid"] in repository.objects:
            return each
        return each | {"actions": {"upload": {"href": f"{self.server.service.url}/lfs/{each['oid']}"}}}

    def _commit(self, repository: FakeRepository, branch: str, lines: list[dict[str, Any]]) -> tuple[int, bytes]:
        parent = lines[0]["value"].get("parentCommit")
        if parent not in {None, repository.branches[branch]}:
            return 412, b'{"error":"A commit has happened since. Please refresh and try again."}'
        commit = repository.apply(branch, lines)
        return 200, json.dumps({"commitUrl": f"{self.server.service.url}/c/{commit}", "commitOid": commit}).encode()

    def _reply(self, code: int, body: bytes, method: str) -> None:
        self.send_response(code)
        if code == 404:
            self.send_header("X-Error-Code", "RepoNotFound" if b"Repository" in body else "EntryNotFound")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if method != "HEAD":
            self.wfile.write(body)


@contextmanager
def running_hub_repositories() -> Iterator[FakeHubRepositories]:
    """A Hub for as long as the context lasts; its address is ``hub.url``."""
    hub = FakeHubRepositories()
    with running(ServiceServer(_Handler, hub)) as address:
        hub.url = f"http://{address}"
        yield hub
