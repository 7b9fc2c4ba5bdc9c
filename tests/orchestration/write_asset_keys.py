"""Writes the asset keys on file anew, when a name was changed on purpose."""

from pathlib import Path

KEYS_FILE = Path(__file__).with_name("asset_keys.txt")


def main() -> None:
    from orchestration.definitions import defs

    keys = sorted(spec.key.to_user_string() for spec in defs().resolve_all_asset_specs())
    KEYS_FILE.write_text("\n".join(keys) + "\n")


if __name__ == "__main__":
    main()
