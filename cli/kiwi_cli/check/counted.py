"""Numbers in sentences."""

from kiwi_cli.pages import Text


def counted(count: int, one: Text, more: Text) -> Text:
    """How many of something: `one` names a single one, `more` any other number of them."""
    what = one if count == 1 else more
    return Text(f"{count} {what.de}", f"{count} {what.en}")
