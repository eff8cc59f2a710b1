"""A disk that fills up half-way: one sentence, nothing lost, and the next start goes on where it stopped."""

import os
import subprocess
import sys

import pytest
from tests.running import environment

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]


def mount(*words):
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or not mount("-t", "tmpfs", "-o", "size=215m", "tmpfs", str(disk)):
        pytest.skip("needs leave to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def prepare(disk):
    return subprocess.run(
        [sys.executable, "-m", "waypost", "demo", "--prepare", "--patients", "2000", "--data-dir", str(disk / "data")],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_demo_is_made_on_a_disk_that_is_too_small_and_then_enlarged(small_disk):
    first = prepare(small_disk)
    assert first.returncode == 1
    assert "Traceback" not in first.stderr
    assert "free at least" in first.stderr.splitlines()[-1]
    assert mount("-o", "remount,size=4g", str(small_disk))
    second = prepare(small_disk)
    assert second.returncode == 0, second.stderr
