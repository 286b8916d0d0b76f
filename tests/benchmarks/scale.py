"""How the index grows: build time, disk, memory and latency of `retrieve` by number of passages.

    python tests/benchmarks/scale.py 10000 100000 [--json OUT] [--others] [--real]

The text is made up and the same for the same seed: words of jieba's dictionary at their frequency there,
each item around its own forty, three passages of about 140 characters an item. It goes into the store as
finished bulletins; reading and parsing files is not part of the figures. Vectors are drawn: 4,000 sentences
are embedded with the default encoder, and every text gets a mixture of three of them, chosen by its digest,
and a little noise; `--real` embeds everything instead. A question is six words of a sentence of the
library, its vector that of the sentence mixed with another one to a cosine of about 0.75. Latency is that of the whole
retriever as the library uses it, including the understanding of the question. Build and queries run in
processes of their own, so that peak memory is theirs. `--others` runs bm25s, txtai and LangChain with FAISS
on the same tokens, texts and vectors, where they are installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import itertools
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from embeddings import load_encoder  # noqa: E402
from qa.background import Background  # noqa: E402
from qa.indexing import Snapshot  # noqa: E402
from qa.lexical import LexicalIndex  # noqa: E402
from qa.query import understand  # noqa: E402
from qa.retrieval import Retriever  # noqa: E402
from qa.settings import Settings  # noqa: E402
from qa.storage.inverted import nearest_by_hand  # noqa: E402
from qa.storage.progress import Silent  # noqa: E402
from qa.storage.snapshot import PUBLISHED  # noqa: E402
from qa.store import Store  # noqa: E402
from qa.text import tokens  # noqa: E402
from qa.types import Bulletin, Item, Page, Passage, Sentence  # noqa: E402
from qa.vectors import VectorIndex  # noqa: E402

SEED = 7
PASSAGES_AN_ITEM = 3
ITEMS_A_BULLETIN = 100
BASES = 4000
QUESTIONS = 400


class Words:
    """Words of jieba's dictionary, drawn by their frequency there."""

    def __init__(self) -> None:
        import jieba

        entries = []
        with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as stream:
            for line in stream:
                word, frequency, *_ = line.split(" ")
                if len(word) <= 4:
                    entries.append((int(frequency), word))
        entries.sort(reverse=True)
        self.words = [word for _, word in entries[:80_000]]
        weights = np.array([frequency for frequency, _ in entries[:80_000]], float)
        self._bounds = np.cumsum(weights / weights.sum())

    def draw(self, rng: np.random.Generator, count: int) -> list[str]:
        """Return `count` words."""
        return [self.words[place] for place in np.searchsorted(self._bounds, rng.random(count)).tolist()]


def sentence_text(rng: np.random.Generator, words: Words, topic: Sequence[str]) -> str:
    """Return a sentence of about 46 characters, a third of its words from the item's topic."""
    drawn = words.draw(rng, 22)
    for place in rng.integers(0, 22, 7).tolist():
        drawn[place] = topic[int(rng.integers(len(topic)))]
    if rng.random() < 0.3:
        drawn[5] = f"{int(rng.integers(1, 9999))}亿元"
    drawn[9] += "，"
    return "".join(drawn) + "。"


def bulletin(number: int, items: int, words: Words) -> Bulletin:
    """Return one made-up bulletin, the same for the same number."""
    rng = np.random.default_rng([SEED, number])
    name, text = f"{number // 1000:03d}/{number:06d}.txt", ""
    digest = hashlib.sha256(name.encode()).hexdigest()
    made = []
    for ordinal in range(items):
        topic = words.draw(rng, 40)
        start, title = len(text), "".join(topic[:5])
        text += title + "\n"
        passages = []
        for _ in range(PASSAGES_AN_ITEM):
            begin, place, sentences = len(text), len(text), []
            for _ in range(3):
                said = sentence_text(rng, words, topic)
                sentences.append(Sentence(said, place, place + len(said), 1))
                place += len(said)
            whole = "".join(sentence.text for sentence in sentences)
            text += whole + "\n"
            passages.append(Passage(whole, begin, begin + len(whole), 1, tuple(sentences)))
        day = f"20{10 + number % 12}-{1 + ordinal % 12:02d}-{1 + ordinal % 28:02d}"
        item_id = f"{digest[:10]}-{ordinal:03d}"
        made.append(Item(item_id, title, f"栏目{ordinal % 8}", start, len(text), 1, day, tuple(passages)))
    sections = tuple(f"栏目{place}" for place in range(8))
    return Bulletin(name, digest, "txt", text, (Page(1, 0, len(text)),), (), sections, tuple(made))


class Drawn:
    """An encoder that gives every text a mixture of three out of a few thousand real vectors."""

    name = "drawn"

    def __init__(self, bases: NDArray[np.float32], sources: dict[str, str]) -> None:
        self.fingerprint = f"drawn-{hashlib.sha256(bases.tobytes()).hexdigest()[:16]}"
        self.dimension = bases.shape[1]
        self._bases = bases
        self._sources = sources
        noise = np.random.default_rng(SEED).normal(size=(65_536, self.dimension)).astype(np.float32)
        self._noise = noise / np.linalg.norm(noise, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        """Return unit rows (n, d)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        digests = np.frombuffer(
            b"".join(hashlib.sha256(text.encode()).digest()[:16] for text in texts), "<u4"
        )
        codes = digests.reshape(-1, 4).astype(np.int64)
        mixed = 0.2 * self._noise[codes[:, 3] % len(self._noise)]
        for place, weight in enumerate((0.8, 0.45, 0.3)):
            mixed += weight * self._bases[codes[:, place] % len(self._bases)]
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows (n, d), each near its sentence."""
        near = self.encode_passages([self._sources.get(text, text) for text in texts])
        mixed = near + 0.7 * self.encode_passages(texts)
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True) if texts else near


def encoder_of(work: Path, real: bool) -> Any:
    """Return the encoder of a run, embedding its bases once."""
    default = load_encoder()
    if real:
        return default
    path = work / "bases.npy"
    if not path.exists():
        words, rng = Words(), np.random.default_rng(SEED)
        said = [sentence_text(rng, words, words.draw(rng, 40)) for _ in range(BASES)]
        np.save(path, default.encode_passages(said))
    sources = work / "questions.json"
    return Drawn(np.load(path), dict(json.loads(sources.read_text())) if sources.exists() else {})


def bulletins(size: int) -> Iterator[Bulletin]:
    """Return made-up bulletins with `size` passages in all."""
    words, items = Words(), -(-size // PASSAGES_AN_ITEM)
    for number in range(-(-items // ITEMS_A_BULLETIN)):
        yield bulletin(number, min(ITEMS_A_BULLETIN, items - number * ITEMS_A_BULLETIN), words)


def questions(size: int) -> list[tuple[str, str]]:
    """Return (question, sentence it is about) pairs."""
    rng, words = np.random.default_rng(SEED + 1), Words()
    found = []
    count = max(1, -(-size // PASSAGES_AN_ITEM) // ITEMS_A_BULLETIN)
    while len(found) < QUESTIONS:
        made = bulletin(int(rng.integers(count)), 1, words)
        said = (
            made.items[0].passages[int(rng.integers(PASSAGES_AN_ITEM))].sentences[int(rng.integers(3))].text
        )
        known = [token for token in dict.fromkeys(tokens(said)) if len(token) > 1]
        if len(known) >= 6:
            chosen = sorted(rng.choice(len(known), 6, replace=False).tolist())
            found.append(("".join(known[place] for place in chosen) + "是什么？", said))
    return found


def spent(action: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that an action took by the clock, and those that this thread was computing."""
    clock, computing = time.perf_counter(), time.thread_time()
    action()
    return time.perf_counter() - clock, time.thread_time() - computing


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that an action took, and its result."""
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def peak() -> float:
    """Return the peak resident memory of this process in MiB."""
    value = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return value / (1024 * 1024 if sys.platform == "darwin" else 1024)


def resident() -> dict[str, float]:
    """Return resident memory in MiB: `anonymous` is the process's own, `file` what it has mapped."""
    found = {}
    with open("/proc/self/status", encoding="ascii") as stream:
        for line in stream:
            for label, name in (("RssAnon:", "anonymous"), ("RssFile:", "file")):
                if line.startswith(label):
                    found[name] = int(line.split()[1]) / 1024
    return found


def disk(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def build(size: int, work: Path, real: bool) -> dict[str, Any]:
    """Build the index of `size` passages and tell what it took."""
    index = work / f"index-{size}"
    shutil.rmtree(index, ignore_errors=True)
    (work / "questions.json").write_text(json.dumps(questions(size), ensure_ascii=False))
    encoder = encoder_of(work, real)
    store = Store.open(index, write=True)
    text_bytes = 0

    def fill() -> None:
        nonlocal text_bytes
        for made in bulletins(size):
            text_bytes += len(made.text.encode())
            store.add(made, size=1, mtime_ns=1)
        store.settle()

    stored, _ = timed(fill)
    lexical = LexicalIndex.open(index)
    cut, _ = timed(lambda: lexical.catch_up(store, Silent()))
    vectors = VectorIndex.open(index, encoder)
    embedded, _ = timed(lambda: vectors.catch_up(store, encoder, Silent()))
    store.note(PUBLISHED, str(store.generation))
    figures = {
        "store_s": stored, "words_s": cut, "vectors_s": embedded, "text_bytes": text_bytes, "disk": disk(index),
        "disk_parts": {path.name: disk(path) if path.is_dir() else path.stat().st_size for path in index.iterdir()},
        "peak_mib": peak(), "units": len(vectors), "search": vectors.description,
    }  # fmt: skip
    before = store.generation

    one_more = bulletin(10**6, 30, Words())

    def update() -> None:
        store.add(one_more, size=1, mtime_ns=1)
        lexical.catch_up(store, Silent())
        vectors.catch_up(store, encoder, Silent())
        store.note(PUBLISHED, f"{before} {store.generation}")
        store.settle()

    figures["update_s"], _ = timed(update)
    store.close()
    return figures


def query(size: int, work: Path, real: bool) -> dict[str, Any]:
    """Open the index of `size` passages, ask, and tell what it took."""
    index, encoder = work / f"index-{size}", encoder_of(work, real)
    asked = [question for question, _ in json.loads((work / "questions.json").read_text())]
    settings = Settings()
    opened, snapshot = timed(lambda: Snapshot.open(index, encoder))
    retriever = Retriever(
        snapshot.store, snapshot.lexical, snapshot.vectors, encoder, Background.measure(snapshot.vectors, encoder),
        lexical_weight=settings.lexical_weight, foreign_lexical_weight=settings.foreign_lexical_weight,
    )  # fmt: skip

    def retrieve(question: str) -> float:
        return timed(lambda: retriever.search(understand(question), 5))[0]

    first = retrieve(asked[0])
    for question in asked:
        retrieve(question)
    figures: dict[str, Any] = {"open_s": opened, "first_s": first, "vectors": len(snapshot.vectors)}
    # Asked again in other words: a retriever remembers the vectors of its last questions.
    again = [question.replace("是什么", "是指什么") for question in asked]
    both = [spent(lambda question=question: retrieve(question)) for question in again]
    figures["one"] = quantiles([clock for clock, _ in both])
    figures["computing"] = quantiles([computing for _, computing in both])
    with ThreadPoolExecutor(16) as pool:
        whole, times = timed(lambda: list(pool.map(retrieve, asked + again)))
    figures["sixteen"] = quantiles(times)
    figures["a_second"] = len(times) / whole
    figures["parts"] = parts(snapshot, encoder, asked)
    figures |= resident() | {"peak_mib": peak()}
    if size <= 200_000:
        figures["recall"] = recall(snapshot, encoder, asked[:100])
    return figures


def parts(snapshot: Snapshot, encoder: Any, asked: Sequence[str]) -> dict[str, Any]:
    """Return the latency of each index alone."""
    words = [tokens(question) for question in asked]
    rows = encoder.encode_queries(asked)
    vectors = snapshot.vectors
    assert vectors is not None
    return {
        "bm25": quantiles([timed(lambda held=held: snapshot.lexical.search(held, 100))[0] for held in words]),
        "nearest": quantiles([timed(lambda row=row: vectors.search(row[None], 400))[0] for row in rows]),
    }


def recall(snapshot: Snapshot, encoder: Any, asked: Sequence[str]) -> float:
    """Return the share of the true 10 nearest units that the index finds, for real questions of the run."""
    assert snapshot.vectors is not None
    cache, table, nearest, _ = snapshot.vectors._state
    rows = encoder.encode_queries(asked)
    truth = nearest_by_hand(rows, cache.rows, table.rows, 10)
    shares = []
    for row, expected in zip(rows, truth, strict=True):
        found, _ = nearest.search(row, 10)
        shares.append(len(set(found.tolist()) & set(expected.tolist())) / 10)
    return float(np.mean(shares))


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in milliseconds."""
    found = np.quantile(np.array(seconds) * 1000, (0.5, 0.95, 0.99))
    return dict(zip(("p50", "p95", "p99"), found.round(2).tolist(), strict=True))


def bm25s_alone(size: int, work: Path) -> dict[str, Any]:
    """Build and ask bm25s with the same tokens."""
    import bm25s

    store = Store.open(work / f"index-{size}")
    passages = store.passages(store.all_passage_numbers())
    cut, words = timed(lambda: [tokens(p.title) * 2 + tokens(p.text) for p in passages])
    other = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    built, _ = timed(lambda: other.index(words, show_progress=False))
    asked = [tokens(question) for question, _ in json.loads((work / "questions.json").read_text())]

    def ask(question: list[str]) -> float:
        return timed(lambda: other.retrieve([question], k=100, show_progress=False, n_threads=0))[0]

    return {
        "build_s": built,
        "words_s": cut,
        "one": quantiles([ask(held) for held in asked]),
        "peak_mib": peak(),
    }


def txtai_hybrid(size: int, work: Path) -> dict[str, Any]:
    """Build and ask txtai: hybrid search over the passages, with the same vectors."""
    from txtai import Embeddings

    encoder = encoder_of(work, False)
    store = Store.open(work / f"index-{size}")
    passages = store.passages(store.all_passage_numbers())
    other = Embeddings(
        {"method": "external", "transform": encoder.encode_passages, "hybrid": True, "content": True}
    )
    rows = [(p.number, {"text": " ".join(tokens(p.text))}, None) for p in passages]
    built, _ = timed(lambda: other.index(rows))
    asked = [" ".join(tokens(question)) for question, _ in json.loads((work / "questions.json").read_text())]
    times = [timed(lambda text=text: other.search(text, 5))[0] for text in asked]
    return {"build_s": built, "one": quantiles(times), "peak_mib": peak()}


def langchain_faiss(size: int, work: Path) -> dict[str, Any]:
    """Build and ask LangChain's FAISS store over the passages, with the same vectors."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    encoder = encoder_of(work, False)

    class Given(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode_passages(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return encoder.encode_queries([text])[0].tolist()

    store = Store.open(work / f"index-{size}")
    passages = store.passages(store.all_passage_numbers())
    built, other = timed(lambda: FAISS.from_texts([p.text for p in passages], Given()))
    asked = [question for question, _ in json.loads((work / "questions.json").read_text())]
    times = [timed(lambda text=text: other.similarity_search(text, 5))[0] for text in asked]
    return {"build_s": built, "one": quantiles(times), "peak_mib": peak()}


OTHERS: dict[str, tuple[str, Callable[[int, Path], dict[str, Any]]]] = {
    "bm25s": ("bm25s", bm25s_alone),
    "txtai": ("txtai", txtai_hybrid),
    "langchain": ("langchain_community", langchain_faiss),
}


def apart(stage: str, size: int, work: Path, real: bool) -> dict[str, Any]:
    """Run a stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", stage, "--work", str(work), str(size), *["--real"] * real]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return {"failed": done.returncode}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def machine() -> str:
    """Name the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python "
        f"{platform.python_version()}, load {load:.1f} before the start"
    )


def show(size: int, built: dict[str, Any], asked: dict[str, Any]) -> None:
    """Print the figures of one size."""
    beyond = (built["disk"] - built["text_bytes"]) / size
    print(f"\n{size:,} passages, {built['units']:,} units; {built['search']}")
    print(
        f"  build: store {built['store_s']:.1f} s, words {built['words_s']:.1f} s, vectors {built['vectors_s']:.1f} s; "
        f"peak {built['peak_mib']:,.0f} MiB; one more file {built['update_s']:.2f} s"
    )
    print(
        f"  disk: {built['disk'] / 2**20:,.0f} MiB, {beyond:,.0f} bytes a passage beyond its text "
        f"({', '.join(f'{name} {part / 2**20:,.0f}' for name, part in sorted(built['disk_parts'].items()))} MiB)"
    )
    print(
        f"  open {asked['open_s']:.2f} s, first question {asked['first_s'] * 1000:.0f} ms; memory "
        f"{asked['anonymous']:,.0f} MiB own and {asked['file']:,.0f} MiB mapped files"
    )
    for name, row in (
        ("1 thread", asked["one"]),
        ("1 thread, computing time", asked["computing"]),
        ("16 threads", asked["sixteen"]),
    ):
        print(f"  retrieve, {name}: p50 {row['p50']:.1f}  p95 {row['p95']:.1f}  p99 {row['p99']:.1f} ms")
    print(f"  {asked['a_second']:.0f} questions a second at 16 threads")
    for name, row in asked["parts"].items():
        print(f"  {name} alone: p50 {row['p50']:.2f}  p95 {row['p95']:.2f} ms")
    if "recall" in asked:
        print(f"  recall@10 of the nearest units: {asked['recall']:.3f}")


def growth(results: dict[int, dict[str, Any]]) -> None:
    """Print by how much each figure grows between sizes."""
    sizes = sorted(results)
    for small, large in itertools.pairwise(sizes):
        one, two = results[small], results[large]
        pairs = {
            "build": [
                sum(held["build"][part] for part in ("store_s", "words_s", "vectors_s"))
                for held in (one, two)
            ],
            "disk": [held["build"]["disk"] for held in (one, two)],
            "own memory": [held["query"]["anonymous"] for held in (one, two)],
            "p50": [held["query"]["one"]["p50"] for held in (one, two)],
            "p95": [held["query"]["one"]["p95"] for held in (one, two)],
        }
        said = ", ".join(f"{name} ×{after / before:.1f}" for name, (before, after) in pairs.items())
        print(f"\nfrom {small:,} to {large:,} passages (×{large / small:.0f}): {said}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--stage")
    options = parser.parse_args()
    if options.stage:
        size, stage = options.sizes[0], options.stage
        if stage in OTHERS:
            print(json.dumps(OTHERS[stage][1](size, options.work)))
        else:
            print(json.dumps({"build": build, "query": query}[stage](size, options.work, options.real)))
        return
    print(machine())
    results: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for size in options.sizes:
            built = apart("build", size, work, options.real)
            asked = apart("query", size, work, options.real) if "failed" not in built else built
            results[size] = {"build": built, "query": asked}
            if "failed" in asked:
                print(f"\n{size:,} passages: failed with status {asked['failed']}")
                continue
            show(size, built, asked)
            for name, (module, _) in OTHERS.items():
                if not options.others or importlib.util.find_spec(module) is None:
                    if options.others:
                        print(f"  {name}: not installed")
                    continue
                other = results[size][name] = apart(name, size, work, options.real)
                if "failed" in other:
                    print(f"  {name}: failed with status {other['failed']}")
                else:
                    row = other["one"]
                    print(
                        f"  {name}: build {other['build_s']:.1f} s, p50 {row['p50']:.1f}  p95 {row['p95']:.1f} ms, "
                        f"peak {other['peak_mib']:,.0f} MiB"
                    )
            if options.work is None:
                shutil.rmtree(work / f"index-{size}", ignore_errors=True)
    growth({size: held for size, held in results.items() if "failed" not in held["query"]})
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1))


if __name__ == "__main__":
    main()
