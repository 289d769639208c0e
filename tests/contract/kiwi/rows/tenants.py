"""Tenants: what becomes of their e-mail addresses."""

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import TENANT, another
from tests.contract.kiwi.table import assumes, states


def refused(kiwi: Kiwi, address: str) -> None:
    """The address is refused, to create and to update."""
    body = TENANT | {"email_address": address}
    for request in (("POST", "tenants"), ("PUT", "tenants/t1")):
        assert fields(kiwi(*request, body)) == [("/email_address", "body")], ascii(address)


def kept(kiwi: Kiwi, address: str) -> str:
    """The address as it is read back."""
    created = kiwi.ok("PUT", "tenants/t1", TENANT | {"email_address": address})
    read = kiwi.ok("GET", "tenants/t1")
    assert read == created
    return str(read["email_address"])


@states("`email_address` is checked by a validator: junk is 422.")
def junk_for_an_e_mail_address(kiwi: Kiwi) -> None:
    for address in (
        "",
        "junk",
        "a@b",
        "a b@b.de",
        "@b.de",
        "a@",
        "a@b@c.de",
        ".a@b.de",
        "a..b@b.de",
        "a@-b.de",
    ):
        refused(kiwi, address)


@states("Quoted local parts and addresses of machines are 422.")
def old_forms_of_e_mail_addresses(kiwi: Kiwi) -> None:
    for address in ('"a b"@b.de', "a@[127.0.0.1]", "a@localhost", "(a)b@b.de"):
        refused(kiwi, address)


@states("Special-use domains such as `.test` are 422.")
def special_use_domains(kiwi: Kiwi) -> None:
    for domain in ("kiwi.test", "kiwi.TEST", "kiwi.invalid", "kiwi.local", "kiwi.onion", "kiwi.localhost"):
        refused(kiwi, f"a@{domain}")


@states("The validator asks no DNS: a domain that does not exist is taken.")
def no_dns(kiwi: Kiwi) -> None:
    kiwi.tenant()
    assert kept(kiwi, "a@nobody-has-this.example.com") == "a@nobody-has-this.example.com"


@states("A local part over 64 characters is 422.")
def long_local_parts(kiwi: Kiwi) -> None:
    refused(kiwi, "a" * 65 + "@b.de")
    refused(kiwi, "ü" * 65 + "@b.de")
    kiwi.tenant()
    assert kept(kiwi, "ü" * 64 + "@b.de") == "ü" * 64 + "@b.de"


@states("The 64 characters are counted before the local part is normalized.")
def characters_are_counted_first(kiwi: Kiwi) -> None:
    refused(kiwi, "e\u0301" * 33 + "@b.de")
    kiwi.tenant()
    assert kept(kiwi, "e\u0301" * 32 + "@b.de") == "é" * 32 + "@b.de"


@states("What is read back has the domain in lower case.")
def domains_in_lower_case(kiwi: Kiwi) -> None:
    kiwi.tenant()
    assert kept(kiwi, "Anna@KIWI.Example.COM") == "Anna@kiwi.example.com"


@states("What is read back has the domain in Unicode, punycode decoded.")
def domains_in_unicode(kiwi: Kiwi) -> None:
    kiwi.tenant()
    assert kept(kiwi, "anna@xn--mller-kva.de") == "anna@müller.de"
    assert kept(kiwi, "anna@MÜLLER.de") == "anna@müller.de"


@states("What is read back is NFC.")
def nfc(kiwi: Kiwi) -> None:
    kiwi.tenant()
    assert kept(kiwi, "ju\u0308rgen@mu\u0308ller.de") == "jürgen@müller.de"


@states("Blanks around an address are cut off.")
def blanks_are_cut_off(kiwi: Kiwi) -> None:
    kiwi.tenant()
    assert kept(kiwi, "  anna@b.de\n") == "anna@b.de"


@states("A display name is cut off.")
def display_names_are_cut_off(kiwi: Kiwi) -> None:
    kiwi.tenant()
    for text in (
        "Anna Müller <anna@b.de>",
        '"Müller, Anna" <anna@b.de>',
        "<anna@b.de>",
        " Anna < anna@b.de > ",
    ):
        assert kept(kiwi, text) == "anna@b.de"


@assumes("A display name that is none is 422.")
def broken_display_names(kiwi: Kiwi) -> None:
    for text in (
        "Müller, Anna <anna@b.de>",
        "Anna <anna@b.de",
        "Anna <junk>",
        "anna@b.de <Anna>",
        "Anna anna@b.de",
    ):
        refused(kiwi, text)


@states("The local part is compared case-sensitively.")
def local_parts_are_case_sensitive(kiwi: Kiwi) -> None:
    kiwi.tenant()
    kiwi.ok("POST", "tenants", another("tenants", "t2", email_address="ANNA@kiwi.example.com"))


@states("Addresses are compared as they are kept: normalized.")
def addresses_are_compared_normalized(kiwi: Kiwi) -> None:
    kiwi.tenant(email_address="anna@müller.de")
    for address in (
        "anna@XN--MLLER-KVA.de",
        " anna@Müller.de",
        "Anna <anna@müller.de>",
        "anna@mu\u0308ller.de",
    ):
        error = kiwi.refused("POST", "tenants", another("tenants", "t2", email_address=address))
        assert error == (400, "TENANT_ALREADY_EXISTS")


@assumes("A tenant of an agreement is changed without its agreement.")
def a_tenant_is_changed_without_its_agreement(kiwi: Kiwi) -> None:
    kiwi.leased()
    state = kiwi.state()
    changed = kiwi.ok("PUT", "tenants/t1", TENANT | {"last_name": "Schulz"})
    agreement = kiwi.ok("GET", "rental_agreements/a1")
    assert (agreement["tenant"], agreement["state"]) == (changed, state)
