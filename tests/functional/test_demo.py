# SPDX-License-Identifier: MIT
"""`make run`: the demo starts, everything that it prints works as pasted, Ctrl-C stops it."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from gigaprov import BUILD, PATIENCE, TOP, until


@pytest.fixture
def tree(tmp_path):
    """What looks like the top of a tree: the demo's files stay in build/demo of it."""
    top = tmp_path / "tree"
    (top / "build").mkdir(parents=True)
    (top / "build" / "release").symlink_to(BUILD)
    (top / "etc").symlink_to(TOP / "etc")
    return top


class Demo:
    def __init__(self, tree, output):
        self.tree = tree
        self.output = output
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(["sh", "etc/demo.sh", "build/release"], cwd=tree,
                                            stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def text(self):
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait_until_it_serves(self):
        until(lambda: "Ctrl-C stops it" in self.text or self.process.poll() is not None,
              "the demo")
        assert self.process.poll() is None, self.text
        return self

    def commands(self):
        shown = self.text[self.text.index("Commands to paste"):]
        return re.findall(r"^    (.+)$", shown[:shown.index("Ctrl-C stops it")], re.M)

    def paste(self, command):
        done = subprocess.run(command, shell=True, cwd=self.tree, capture_output=True,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "no_proxy": "*"})
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert done.stdout, command
        return done.stdout.decode()

    def interrupt(self):
        """Ctrl-C: the terminal tells everybody in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        status = self.process.wait(timeout=PATIENCE)
        assert "runtime error" not in self.text and "Sanitizer" not in self.text, self.text
        return status


@pytest.fixture
def demo(tree, tmp_path):
    started = []

    def start(top=tree):
        started.append(Demo(top, tmp_path / f"output-{len(started)}"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()


def test_every_command_works_as_pasted_and_ctrl_c_stops_it(demo):
    running = demo().wait_until_it_serves()
    commands = running.commands()
    assert len(commands) >= 12
    answers = {command: running.paste(command) for command in commands}

    def answer(word):
        found = [text for command, text in answers.items() if word in command]
        assert found, word
        return found[0]

    assert sum("OK: " in text for text in answers.values()) == 3
    assert "7C2F80000001" in answer("checkDevice")
    assert all(f"7C2F8000000{n}" in answer("listDevices") for n in (1, 2, 3))
    assert "add_hs" in answer("curl -sS --digest") and "********" not in answer("--digest")
    assert "********" in answer("preview")
    assert "group:demo" in answer("setting why")
    assert answer("device list").count("demo") == 3
    assert "gigaprovd_fetches_total 1" in answer("/metrics")
    assert running.interrupt() == 0
    assert "msg=stopped" in running.text


def test_the_first_phone_of_the_readme_can_be_added_to_it(demo):
    running = demo().wait_until_it_serves()
    text = (TOP / "README.md").read_text(encoding="utf-8")
    block = text.split("## A phone provisioned in five")[1].split("\n\n    ")[1].split("\n\n")[0]
    ctl = next(c for c in running.commands() if c.endswith(" status")).removesuffix(" status")
    assert block.count("gigaprovctl") == 5
    assert "029e74a599" in running.paste("set -e\n" + block.replace("gigaprovctl", ctl))
    assert running.interrupt() == 0


def test_a_second_run_finds_the_fleet_again(demo):
    first = demo().wait_until_it_serves()
    before = first.paste(next(c for c in first.commands() if c.endswith("device list")))
    login = re.search(r"-u (anna:\S+)", first.text)[1]
    assert first.interrupt() == 0
    second = demo().wait_until_it_serves()
    assert login in second.text
    assert second.paste(next(c for c in second.commands() if c.endswith("device list"))) == before
    for command in second.commands():
        second.paste(command)
    assert second.interrupt() == 0


def test_a_second_demo_beside_the_first_says_so(demo):
    running = demo().wait_until_it_serves()
    second = demo()
    assert second.process.wait(timeout=PATIENCE) == 1
    assert "running already" in second.text
    running.paste(next(c for c in running.commands() if c.endswith("status")))
    assert running.interrupt() == 0


def test_a_busy_port_is_told_and_gone_around(demo):
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            busy.bind(("127.0.0.1", 8081))
            busy.listen()
        except OSError:
            pass  # somebody else keeps it busy
        running = demo().wait_until_it_serves()
        assert "not both free" in running.text
        for command in running.commands():
            assert ":8081" not in command
            running.paste(command)
        assert running.interrupt() == 0


def test_a_fleet_that_was_left_half_made_is_made_anew(demo, tree):
    (tree / "build" / "demo").mkdir()
    (tree / "build" / "demo" / "fleet.db").write_bytes(b"half")
    running = demo().wait_until_it_serves()
    assert running.interrupt() == 0


def test_it_works_deep_in_the_file_system(demo, tree):
    deep = tree / ("deep" * 10) / ("deeper" * 10)
    deep.mkdir(parents=True)
    for name in ("build", "etc"):
        shutil.move(tree / name, deep / name)
    running = demo(deep).wait_until_it_serves()
    running.paste(next(c for c in running.commands() if c.endswith("status")))
    assert running.interrupt() == 0
