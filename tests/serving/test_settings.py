"""The command line that `havoc serve` gives vLLM, and what it refuses before anything starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from havoc_pipeline.cli.app import main
from havoc_pipeline.cli.serve import how_to_use, serve
from havoc_pipeline.errors import CommandError, ModelError
from havoc_pipeline.model.identity import PLANNER, SHIPPED, fingerprint
from havoc_pipeline.serving import machine
from havoc_pipeline.serving.settings import Settings

from .conftest import seeded


def test_by_default_only_this_machine_is_served() -> None:
    command = Settings().command(processor=True)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--dtype") + 1] == "float32"
    names = command[command.index("--served-model-name") + 1 :][:2]
    assert names == ["havoc-mini", PLANNER + fingerprint(SHIPPED)]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_other_machines_are_let_in_with_a_key_only(host: str) -> None:
    with pytest.raises(ModelError, match="--api-key"):
        Settings(host=host)
    assert Settings(host=host, key="secret").host == host


def test_the_key_never_stands_on_the_command_line() -> None:
    settings = Settings(key="secret")
    assert not any("secret" in word for word in settings.command(processor=True))
    assert machine.server_environment({}, 1, "secret")["VLLM_API_KEY"] == "secret"
    assert "VLLM_API_KEY" not in machine.server_environment({"VLLM_API_KEY": "old"}, 1, None)


def test_parallel_sizes_and_further_flags_are_passed_on() -> None:
    command = Settings(tensor=2, data=3, flags=("--max-model-len", "99")).command(processor=False)
    assert command[command.index("--tensor-parallel-size") + 1] == "2"
    assert command[command.index("--data-parallel-size") + 1] == "3"
    assert "--pipeline-parallel-size" not in command and command[-2:] == ["--max-model-len", "99"]


def test_stages_on_a_processor_are_warmed_up() -> None:
    assert "--enforce-eager" in Settings().command(processor=True)
    staged = Settings(pipeline=2).command(processor=True)
    assert "--enforce-eager" not in staged and "--compilation-config" in staged


def test_a_checkpoint_that_is_no_planner_has_one_name(tmp_path: Path) -> None:
    seeded().save_pretrained(tmp_path / "tiny")
    assert Settings(tmp_path / "tiny").names == ["tiny"]
    assert "havoc ask" not in how_to_use(Settings(tmp_path / "tiny"), 1.0)
    assert "havoc ask --lm openai/havoc-mini --api-base http://127.0.0.1:8000/v1" in how_to_use(Settings(), 1.0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "no checkpoint at nowhere"),
        (["--port", "70000"], "from 1 to 65535"),
        (["--vllm", "'open"], "close the quotes"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(arguments: list[str], told: str) -> None:
    with pytest.raises((ModelError, CommandError), match=told):
        main(["serve", *arguments])


def test_the_command_line_says_what_is_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[Settings, Path | None]] = []
    monkeypatch.setattr("havoc_pipeline.cli.serve.serve", lambda *given: asked.append(given))
    monkeypatch.setenv("HAVOC_API_KEY", "secret")
    words = "--host ::1 --port 81 --dtype float16 --tensor-parallel 2 --pipeline-parallel 3 --data-parallel 4"
    assert main(["serve", *words.split(), "--vllm", "--seed '1 2'", "--log", str(tmp_path / "log")]) == 0
    settings = Settings(SHIPPED, "::1", 81, "secret", "float16", 2, 3, 4, ("--seed", "1 2"))
    assert asked == [(settings, tmp_path / "log")]


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ModelError, match="choose another with --port"):
        serve(Settings(port=taken.getsockname()[1]))


@pytest.mark.parametrize(("wanted", "free", "gib"), [(1, 8, 1), (3, 100, 3), (90, 100, 40), (5, 0, 1)])
def test_the_cache_is_what_is_wanted_or_its_share_of_the_memory(wanted: int, free: int, gib: int) -> None:
    assert machine.cache_gib(wanted * machine.GIB, free * machine.GIB) == gib
