import pytest
from tests.running import Running, make_clinic, token


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running server with an empty clinic, and a token for a client program."""
    folder = tmp_path_factory.mktemp("server") / "clinic"
    make_clinic(folder)
    with Running(folder) as running:
        running.token = token(folder, "client")
        yield running
