"""From the name of a model to a folder on this machine, without a minute of retries."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from pathlib import Path

from embeddings.encoder import EncoderError
from embeddings.recommended import RECOMMENDED, RECOMMENDED_RERANKERS, recommended

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
SECONDS_TO_ANSWER = 5.0
# Weights only as safetensors: every other format can run code when it is read.
WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.py"]
UNWANTED = ["onnx/*", "openvino/*", "*.onnx"]


def find_folder(name: str, *, offline: bool = False) -> Path:
    """Return the folder of a model given as a local folder, a short name, or a hub id; fetch it when needed.

    Raises EncoderError when there is no such model, or the hub does not answer and nothing is cached.
    """
    known = recommended(name)
    folder = Path(name).expanduser()
    if known is None and name.strip() and folder.is_dir():
        return checked(folder)
    hub_id = known.hub_id if known else name
    if known is None and (not HUB_ID.fullmatch(name) or name.startswith(("./", "../"))):
        names = ", ".join((*RECOMMENDED, *RECOMMENDED_RERANKERS))
        raise EncoderError(
            f"No model {name!r}: neither a folder here, nor a hub id like owner/name, nor one of {names}."
        )
    from huggingface_hub import constants

    complete = complete_folder(hub_id)
    if complete is not None:
        return checked(complete)
    partial = partial_folder(hub_id)
    try:
        if offline or constants.HF_HUB_OFFLINE:
            raise EncoderError(
                f"Model {hub_id} is not in the cache {constants.HF_HUB_CACHE} and the network is switched "
                "off: fetch it once while online, give the folder of a copy, or use the default model."
            )
        probe(hub_id, constants.ENDPOINT)
        return checked(download(hub_id, constants.ENDPOINT))
    except EncoderError:
        # Another program may have fetched only the files that it needed; they are likely enough.
        if partial is None:
            raise
        return checked(partial)


def complete_folder(hub_id: str) -> Path | None:
    """Return the cached folder of a model if every file that would be fetched is there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            hub_id, local_files_only=True, allow_patterns=WANTED, ignore_patterns=UNWANTED
        )
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    return Path(folder) if any(Path(folder).rglob("*.safetensors")) else None


def partial_folder(hub_id: str) -> Path | None:
    """Return the cached folder of a model if at least its settings and weights are there."""
    from huggingface_hub import try_to_load_from_cache

    settings = try_to_load_from_cache(hub_id, "config.json")
    if not isinstance(settings, str):
        return None
    folder = Path(settings).parent
    return folder if any(folder.rglob("*.safetensors")) else None


def probe(hub_id: str, endpoint: str) -> None:
    """Ask the hub once, for a few seconds, whether it is there and has the model."""
    from huggingface_hub import get_token

    request = urllib.request.Request(f"{endpoint}/{hub_id}/resolve/main/config.json", method="HEAD")
    if token := get_token():
        request.add_header("Authorization", f"Bearer {token}")
    try:
        urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER).close()
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):
            raise EncoderError(
                f"{endpoint} has no model {hub_id} for you (answer {error.code}): check the spelling; if it "
                "is gated accept its licence there and set HF_TOKEN."
            ) from None
        raise EncoderError(unreachable(hub_id, endpoint, f"answer {error.code}")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise EncoderError(unreachable(hub_id, endpoint, str(reason))) from None


def download(hub_id: str, endpoint: str) -> Path:
    """Fetch a model into the hub's cache."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(hub_id, allow_patterns=WANTED, ignore_patterns=UNWANTED))
    except Exception as error:  # the hub's client raises errors of several libraries
        first = str(error).strip().splitlines()
        raise EncoderError(
            unreachable(hub_id, endpoint, first[0] if first else type(error).__name__)
        ) from error


def unreachable(hub_id: str, endpoint: str, reason: str) -> str:
    """Say that the hub did not deliver, and every way out."""
    return (
        f"Cannot fetch model {hub_id} from {endpoint} ({reason}): set HF_ENDPOINT to a mirror, give the "
        "folder of a copy instead of the name, or use the default model, which needs no network."
    )


def checked(folder: Path) -> Path:
    """Return the folder if it holds a model whose weights can be read without running code."""
    if not (folder / "config.json").exists() and not (folder / "modules.json").exists():
        raise EncoderError(
            f"The folder {folder} holds no model (no config.json); give the folder that has one."
        )
    for other in sorted(folder.rglob("pytorch_model*.bin")):
        if not any(other.parent.glob("*.safetensors")):
            raise EncoderError(
                f"The weights {other} are a pickle, which can run code when read; "
                "save the model again as safetensors, or choose another."
            )
    if not any(folder.rglob("*.safetensors")):
        raise EncoderError(f"The folder {folder} has no weights as safetensors; choose another model.")
    return folder


def quiet() -> None:
    """Keep the libraries below from drawing progress bars of their own into ours."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
