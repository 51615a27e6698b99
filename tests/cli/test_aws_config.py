"""The marked block in ~/.aws/config: whatever stands around it stays, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.configloader import load_config
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.aws import config_file
from interlock_cli.aws.config_file import Section
from interlock_cli.errors import InputError

MESSY = """# my settings - do not touch
[default]
region=eu-west-1   
output = json
s3 =
    max_concurrent_requests = 20
    ; slow link
    max_queue_size=10000

[profile old]   # legacy
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = default
credential_process = /opt/bin/p --x "a%b"  

[services local]
dynamodb =
  endpoint_url = http://localhost:8000
"""  # noqa: W291 - white space at the end of lines is part of what must survive
SECTIONS = [
    Section(
        "sso-session", "interlock-acme", {"sso_start_url": "https://acme.awsapps.com/start", "sso_region": "eu-west-1"}
    ),
    Section(
        "profile",
        "acme-beta",
        {"sso_session": "interlock-acme", "sso_account_id": "100000001111", "region": "eu-west-1"},
    ),
]
OTHERS = [Section("profile", "acme-gamma", {"region": "us-east-1"})]

pieces = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "[default]",
        "[profile x]",
        "# note",
        "; note",
        "a = b",
        "a=%(b)s",
        "é",
        "\x0b",
        "\u2028",
        "\ufeff",
    ]
)
texts = st.one_of(
    st.lists(pieces, max_size=12).map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
)


@given(texts)
def test_a_file_survives_there_and_back(text: str) -> None:
    """However it is spelled and however it ends: with the block taken out again it is what it was."""
    with_it = config_file.with_block(text, "acme", SECTIONS)
    assert text in with_it
    assert config_file.without_block(with_it) == text
    assert config_file.with_block(with_it, "acme", SECTIONS) == with_it


@given(texts, texts)
def test_a_block_is_replaced_where_it_stands(before: str, after: str) -> None:
    """What was written below it stays below, and profiles that are no more disappear."""
    begun = config_file.with_block(before, "acme", SECTIONS) + after
    changed = config_file.with_block(begun, "acme", OTHERS)
    assert changed.startswith(before)
    assert changed.endswith(after)
    assert "acme-beta" not in changed
    left = config_file.without_block(changed, "acme")
    assert left in {before + between + after for between in ("", *(("\n", "\r\n") if after else ()))}
    assert config_file.with_block(changed, "acme", SECTIONS) == begun


@given(texts)
def test_two_organisations_have_a_block_each(text: str) -> None:
    """One is changed and taken out without the other."""
    both = config_file.with_block(config_file.with_block(text, "acme", SECTIONS), "globex", OTHERS)
    assert config_file.block(both, "acme") == config_file.block(config_file.with_block(both, "globex", []), "acme")
    assert config_file.without_block(config_file.without_block(both, "globex"), "acme") == text
    assert config_file.without_block(both) == text


def test_windows_line_breaks_are_kept(tmp_path: Path) -> None:
    """The block has those of the file, and AWS's own reader takes it."""
    text = config_file.with_block(MESSY.replace("\n", "\r\n"), "acme", SECTIONS)
    assert text.count("\n") == text.count("\r\n")
    assert config_file.without_block(text) == MESSY.replace("\n", "\r\n")


@pytest.mark.parametrize("messy", [MESSY, MESSY.rstrip("\n"), ""])
def test_aws_reads_our_profiles_and_the_person_s_as_before(tmp_path: Path, messy: str) -> None:
    """With botocore's own reader, which the AWS CLI and boto3 have."""
    file = tmp_path / "config"
    file.write_text(messy)
    before = load_config(str(file))["profiles"]
    file.write_text(config_file.with_block(messy, "acme", SECTIONS))
    after = load_config(str(file))
    assert after["profiles"] == {**before, "acme-beta": dict(SECTIONS[1].settings)}
    assert after["sso_sessions"] == {"interlock-acme": dict(SECTIONS[0].settings)}


@pytest.mark.parametrize(
    ("header", "line"),
    [("[profile acme-beta]", 18), ('[profile "acme-beta"]  # mine', 18), ("[sso-session interlock-acme]", 18)],
)
def test_a_name_of_ours_outside_the_block_is_refused(header: str, line: int) -> None:
    """Which of two profiles of one name counts would be chance: the refusal says where it stands."""
    text = config_file.with_block(f"{MESSY}{header}\nregion = eu-west-1\n", "acme", SECTIONS)
    with pytest.raises(InputError, match=f"line {line}: .* stands there already"):
        config_file.refuse_names_outside(Path("config"), text, "acme", SECTIONS)
    config_file.refuse_names_outside(Path("config"), text, "acme", OTHERS)


def test_static_credentials_of_our_name_are_refused() -> None:
    """They would be used instead of the profile's own."""
    text = "[default]\naws_access_key_id = x\n[acme-beta]\naws_access_key_id = y\n"
    with pytest.raises(InputError, match="line 3: static credentials"):
        config_file.refuse_static_credentials(Path("credentials"), text, SECTIONS)


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda text: text.rsplit("# <<<", 1)[0], 18),
        (lambda text: text.replace("# >>>", "#", 1), 28),
        (lambda text: text + text[text.index("# >>>") :], 29),
    ],
    ids=["no end", "no beginning", "twice"],
)
def test_half_a_block_is_refused(edit: object, line: int) -> None:
    """Nothing is guessed: which lines are ours cannot be told any more."""
    broken = edit(config_file.with_block(MESSY, "acme", SECTIONS))  # type: ignore[operator]
    with pytest.raises(InputError, match=f"Line {line} .* marker without its other half"):
        config_file.with_block(broken, "acme", SECTIONS)


def test_a_value_of_two_lines_never_becomes_one() -> None:
    """What the service says cannot bring a line of its own."""
    with pytest.raises(ValueError, match="line break"):
        config_file.with_block("", "acme", [Section("profile", "x", {"region": "eu\ncredential_process = evil"})])


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """With the folder above it."""
    file = tmp_path / ".aws" / "config"
    assert config_file.write(file, "", "text") is None
    assert file.read_text() == "text"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_mode_and_link_are_kept_and_what_was_is_beside_it(tmp_path: Path) -> None:
    """Dotfiles are often links: the file that one leads to is replaced, and the link stays."""
    real, link = tmp_path / "dotfiles", tmp_path / "config"
    real.write_bytes(b"a\r\n")
    real.chmod(0o644)
    link.symlink_to(real)
    backup = config_file.write(link, config_file.read(link), "b\r\n")
    assert backup is not None
    assert link.is_symlink()
    assert (real.read_bytes(), backup.read_bytes()) == (b"b\r\n", b"a\r\n")
    assert (real.stat().st_mode & 0o777, backup.stat().st_mode & 0o777) == (0o644, 0o644)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config", "dotfiles", "dotfiles.before-interlock"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """A file in another encoding, a folder, and a file that somebody else changes meanwhile are left as they are."""
    file = tmp_path / "config"
    file.write_bytes("[profile é]".encode("latin-1"))
    with pytest.raises(InputError, match=r"not UTF-8 \(byte 9\)"):
        config_file.read(file)
    with pytest.raises(InputError, match="cannot be read"):
        config_file.read(tmp_path)
    file.write_text("now")
    with pytest.raises(InputError, match="changed meanwhile"):
        config_file.write(file, "before", "after")
    assert file.read_text() == "now"
    with pytest.raises(InputError, match="Not a directory"):
        config_file.write(file / "below", "", "after")


def test_two_organisations_never_have_one_name() -> None:
    """A file in which a profile stands twice is read by neither the AWS CLI nor boto3."""
    same = [Section("profile", "acme-eu-prod", {"region": "eu-west-1"})]
    text = config_file.with_block("", "acme-eu", same)
    with pytest.raises(InputError, match="a profile called 'acme-eu-prod' stands there already"):
        config_file.refuse_names_outside(Path("config"), text, "acme", same)
    config_file.refuse_names_outside(Path("config"), text, "acme-eu", same)
