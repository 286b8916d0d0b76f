"""What the room shows, and what it may import."""

import ast
from pathlib import Path

import embeddings

ROOM = Path(embeddings.__file__).parent


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_the_public_names_are_these() -> None:
    assert embeddings.__all__ == [
        "RECOMMENDED",
        "RECOMMENDED_RERANKERS",
        "Encoder",
        "EncoderError",
        "Reranker",
        "Warming",
        "load_encoder",
        "load_reranker",
    ]
    assert all(hasattr(embeddings, name) for name in embeddings.__all__)


def test_the_room_never_imports_the_product() -> None:
    for file in ROOM.rglob("*.py"):
        assert not any(name == "qa" or name.startswith("qa.") for name in imports(file)), file


def test_only_the_training_folder_imports_the_training_folder() -> None:
    for file in ROOM.glob("*.py"):
        assert not any(name.startswith("embeddings.training") for name in imports(file)), file


def test_nothing_in_the_room_unpickles() -> None:
    for file in ROOM.rglob("*.py"):
        assert not imports(file) & {"pickle", "joblib", "dill", "shelve"}, file
        assert "torch.load(" not in file.read_text("utf-8")


def test_every_shipped_model_has_a_card_and_a_licence() -> None:
    folders = [folder for folder in (ROOM / "models").iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        assert (folder / "README.md").read_text("utf-8").startswith("---\nlicense:")
        assert "MIT License" in (folder / "LICENSE").read_text("utf-8")
