"""A file of which a part could not be read goes in, and a notice says so for as long as that holds."""

from pathlib import Path

import pytest
from making import pdf
from test_reading_scans import grey, mixed

from qa.indexing import Snapshot, synchronise


def test_a_notice_names_the_pages_until_they_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULLETIN_QA_OCR", "0")
    folder, index = tmp_path / "bulletins", tmp_path / "index"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(mixed([grey()], [3, 4]))
    said = "p.3–4 hold only a picture, no text was read from there"
    first = synchronise(folder, index, None)
    assert first.added == ("a.pdf",)
    assert first.skipped == ()
    assert [notice.partition(";")[0] for notice in first.notices] == [f"a.pdf: {said}"]
    # Nothing changed, and it is still said; also under another name.
    assert synchronise(folder, index, None).notices == first.notices
    (folder / "a.pdf").rename(folder / "b.pdf")
    renamed = synchronise(folder, index, None)
    assert renamed.renamed == (("a.pdf", "b.pdf"),)
    assert [notice.partition(";")[0] for notice in renamed.notices] == [f"b.pdf: {said}"]
    snapshot = Snapshot.open(index, None)
    assert snapshot.store.counts().items > 0
    snapshot.close()
    (folder / "b.pdf").write_bytes(pdf())
    assert synchronise(folder, index, None).notices == ()
