"""Settings: read strictly, told in the README, and refused where they would not be safe."""

import re
from dataclasses import fields

import pytest

from partnering import config
from partnering.app import create_app
from partnering.config import Settings, UnsafeSettings
from tests.support.servers import ROOT

KEY = "q8Zr1vN5xT0pL3sD7wKb2mC9yHgJ4fEa"
GOOD = {"secret_key": KEY, "base_url": "https://events.example"}


def settings(**changes: object) -> Settings:
    return Settings(**(GOOD | changes))  # type: ignore[arg-type]  # checked by name and use


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"base_url": "http://127.0.0.1:8000"},
        {"base_url": "http://localhost:8000"},
        {"mode": "sample", "base_url": "http://127.0.0.1:8000"},
        {"mode": "sample", "base_url": "http://[::1]:8000", "bind": "[::1]:8000"},
        {"bind": "0.0.0.0:8000"},
    ],
)
def test_safe_settings_are_accepted(changes):
    config.check(settings(**changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"secret_key": ""}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": "dev"}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": KEY[:31]}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": "a" * 64}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": "abcabcabc" * 8}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": "changeme" + "0123456789" * 4}, "PARTNERING_SECRET_KEY"),
        ({"secret_key": "Password" + "0123456789" * 4}, "PARTNERING_SECRET_KEY"),
        ({"mode": "test"}, "PARTNERING_MODE"),
        ({"mode": ""}, "PARTNERING_MODE"),
        ({"mode": "sample"}, "loopback"),
        ({"mode": "sample", "base_url": "http://127.0.0.1:8000", "bind": "0.0.0.0:8000"}, "loopback"),
        ({"mode": "sample", "base_url": "http://events.example", "bind": "127.0.0.1:8000"}, "loopback"),
        ({"mode": "sample", "base_url": "http://127.0.0.1.events.example"}, "loopback"),
        ({"base_url": "http://events.example"}, "https://"),
        ({"base_url": "events.example"}, "https://"),
    ],
)
def test_unsafe_settings_are_refused_with_the_reason(changes, reason):
    with pytest.raises(UnsafeSettings, match=re.escape(reason)) as caught:
        config.check(settings(**changes))

    assert str(changes.get("secret_key") or "no key") not in str(caught.value)


def test_debug_mode_is_refused():
    with pytest.raises(UnsafeSettings, match="Debug"):
        config.check(settings(), debug=True)


def test_the_application_itself_refuses(tmp_path):
    with pytest.raises(UnsafeSettings):
        create_app(settings=settings(secret_key="dev", instance=str(tmp_path)))


# -- reading


def test_every_setting_is_read_from_its_variable():
    given = {
        "PARTNERING_SECRET_KEY": f"  {KEY} ",
        "PARTNERING_PROXIES": "2",
        "PARTNERING_MAIL_USE_TLS": "No",
        "PARTNERING_BASE_URL": "https://events.example",
        "OTHER": "ignored",
    }

    assert config.from_environment(given) == settings(proxies=2, mail_use_tls=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PROXIES", "-1"), ("PROXIES", "two"), ("PROXIES", "²"), ("MAIL_USE_TLS", "maybe"), ("MAIL_PORT", "25.0")],
)
def test_a_value_of_another_kind_is_refused(name, value):
    with pytest.raises(UnsafeSettings, match=f"PARTNERING_{name}: say"):
        config.from_environment({f"PARTNERING_{name}": value})


def test_the_sample_set_up_makes_its_key_once_and_keeps_it(tmp_path):
    environment = {"PARTNERING_MODE": "sample", "PARTNERING_INSTANCE": str(tmp_path / "kept")}

    first, second = config.from_environment(environment), config.from_environment(environment)

    assert first.secret_key == second.secret_key
    assert (tmp_path / "kept" / "secret_key").stat().st_mode & 0o077 == 0
    config.check(first)


def test_production_makes_no_key(tmp_path):
    assert config.from_environment({"PARTNERING_INSTANCE": str(tmp_path)}).secret_key == ""


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////data/x.db", "sqlite:////data/x.db"),
    ],
)
def test_the_database_is_spoken_to_by_the_driver_we_have(given, uri):
    assert settings(database_url=given).uri == uri


def test_without_an_address_the_database_lies_in_the_instance_folder(tmp_path):
    assert settings(instance=str(tmp_path)).uri == f"sqlite:///{tmp_path}/partnering.db"


def test_link_keys_are_numbered_and_without_them_come_from_the_secret_key():
    numbered = settings(link_keys="1:old 12:new:with-colon").keys

    assert set(numbered) == {1, 12}
    assert {len(key) for key in numbered.values()} == {32}
    assert set(settings().keys) == {1}
    assert settings().keys != settings(secret_key=KEY[::-1]).keys


# -- README


def test_the_readme_tells_of_every_setting():
    readme = (ROOT / "README.md").read_text()
    missing = [item.name for item in fields(Settings) if f"`PARTNERING_{item.name.upper()}`" not in readme]

    assert missing == []
    assert [item.name for item in fields(Settings) if not item.metadata["sentence"].endswith(".")] == []


def test_the_readme_tells_of_no_setting_that_is_not_there():
    told = set(re.findall(r"PARTNERING_([A-Z_]+[A-Z])", (ROOT / "README.md").read_text()))

    assert told <= {item.name.upper() for item in fields(Settings)}
