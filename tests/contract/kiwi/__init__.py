"""The KIWI API, as observed: one table, which the embedded KIWI has to keep."""

import pytest

pytest.register_assert_rewrite("tests.contract.kiwi.rows", "tests.contract.kiwi.client")
