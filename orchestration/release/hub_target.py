"""Publishing to the Hub: one commit per release in a dataset repository, and a tag per version.

The newest version is on ``main``, so that the viewer and ``load_dataset`` find it; an older one that comes later gets
a branch of its own. Large files that have arrived are not sent again, and the commit is one step.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants, hf_hub_url
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import disable_progress_bars, http_stream_backoff  # type: ignore[attr-defined]

from orchestration.errors import ConfigurationError, Unreachable
from orchestration.release.layout import SUMS
from orchestration.release.sums import files_of
from orchestration.release.target import reaching
from orchestration.release.version import Version

_PREFIX = "hf://datasets/"
_KIND = "dataset"
#: What the Hub itself keeps in a repository.
_HUBS_OWN = {".gitattributes"}
_CHUNK = 1 << 20


class HubTarget:
    """A dataset repository; see :class:`orchestration.release.target.Target`."""

    def __init__(self, url: str) -> None:
        self._repo = url.removeprefix(_PREFIX).strip("/")
        if not url.startswith(_PREFIX) or self._repo.count("/") != 1:
            raise ConfigurationError(f"{url} is not a dataset of the Hub; write hf://datasets/ORGANISATION/NAME.")
        self.name = f"{_PREFIX}{self._repo}"
        disable_progress_bars()  # the command shows its own
        self._api = HfApi(endpoint=os.environ.get("HF_ENDPOINT", constants.ENDPOINT).rstrip("/"))

    def finished_sums(self, version: Version) -> bytes | None:
        """See the protocol: a version is finished once it has its tag."""
        with reaching(self.name):
            if not self._api.repo_exists(self._repo, repo_type=_KIND) or str(version) not in self._tags():
                return None
        return b"".join(self.read(str(version), SUMS))

    def upload(self, version: Version, folder: Path, again: Collection[str]) -> str:
        """See the protocol: one commit, with what the repository held before and the release does not taken away."""
        with reaching(self.name):
            self._api.create_repo(self._repo, repo_type=_KIND, exist_ok=True)
            branch = self._branch(version)
            head = self._api.repo_info(self._repo, repo_type=_KIND, revision=branch).sha
            ours = [*files_of(folder), SUMS]
            gone = self._there(branch) - set(ours) - _HUBS_OWN
            commit = self._api.create_commit(
                self._repo,
                repo_type=_KIND,
                revision=branch,
                # Somebody else's commit in between is not undone unseen.
                parent_commit=head,
                commit_message=f"Release {version}",
                operations=[
                    *(CommitOperationAdd(path, folder / path) for path in ours),
                    *(CommitOperationDelete(path, is_folder=False) for path in sorted(gone)),
                ],
            )
        return str(commit.oid)

    def revision_of(self, version: Version) -> str:
        """See the protocol: the commit that the tag names."""
        with reaching(self.name):
            return self._tags()[str(version)]

    def files(self, revision: str) -> set[str]:
        """See the protocol."""
        with reaching(self.name):
            return self._there(revision) - _HUBS_OWN - {SUMS}

    def read(self, revision: str, path: str) -> Iterator[bytes]:
        """See the protocol."""
        url = hf_hub_url(self._repo, path, repo_type=_KIND, revision=revision, endpoint=self._api.endpoint)
        headers = self._api._build_hf_headers()
        with (
            reaching(self.name),
            http_stream_backoff("GET", url, headers=headers, follow_redirects=True) as response,
        ):
            response.raise_for_status()
            yield from response.iter_bytes(_CHUNK)

    def finish(self, version: Version, revision: str, sums: bytes) -> None:
        """See the protocol: the tag."""
        if b"".join(self.read(revision, SUMS)) != sums:
            raise Unreachable(f"{self.name} gives back another {SUMS} than was sent; run it again.")
        with reaching(self.name):
            if str(version) not in self._tags():
                self._api.create_tag(
                    self._repo, repo_type=_KIND, tag=str(version), revision=revision, tag_message=f"Release {version}"
                )

    def _branch(self, version: Version) -> str:
        """``main`` for the newest version; a branch of its own for one that is older than what is there."""
        others = filter(None, map(Version.parse, self._tags()))
        if all(other <= version for other in others):
            return constants.DEFAULT_REVISION
        branch = f"release-{version}"
        self._api.create_branch(self._repo, repo_type=_KIND, branch=branch, exist_ok=True)
        return branch

    def _tags(self) -> dict[str, str]:
        refs = self._api.list_repo_refs(self._repo, repo_type=_KIND)
        return {tag.name: tag.target_commit for tag in refs.tags}

    def _there(self, revision: str) -> set[str]:
        tree = self._api.list_repo_tree(self._repo, repo_type=_KIND, revision=revision, recursive=True)
        return {entry.path for entry in tree if isinstance(entry, RepoFile)}
