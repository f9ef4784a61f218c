import json

import pytest

from ..metadata import read_report, report_command


def test_reads_the_one_package_of_a_report() -> None:
    report = {"install": [{"metadata": {"version": "2.21.0", "requires_dist": ["numpy>=1.26.0"]}}]}
    metadata = read_report(json.dumps(report))
    assert metadata.version == "2.21.0"
    assert [str(requirement) for requirement in metadata.requires] == ["numpy>=1.26.0"]


def test_a_package_may_require_nothing() -> None:
    assert read_report('{"install": [{"metadata": {"version": "1.0"}}]}').requires == ()


def test_a_report_without_a_package_is_an_error() -> None:
    with pytest.raises(ValueError):
        read_report('{"install": []}')


def test_asks_pip_to_describe_and_not_to_install() -> None:
    command = report_command("tensorflow==2.21.*", "3.13")
    assert {"--dry-run", "--no-deps", "--report"} <= set(command)
    assert command[-1] == "tensorflow==2.21.*"
    assert command[command.index("--python-version") + 1] == "3.13"
