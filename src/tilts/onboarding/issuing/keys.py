"""Where the key of the exchange's own CA is: a file that nobody else can read, or a token that never gives it away.

`pkcs11:token=tilts;object=issuing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/tilts/pin` names a key
on a token (RFC 7512); the PIN stands in a file, never in a setting.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PKCS11: Final = "pkcs11:"
KEY_FILE: Final = "issuing.key"  # in the keys folder
OTHERS: Final = 0o077  # of a file's mode: group and everybody

SigningKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class KeyUnfit(RuntimeError):
    """The installation's fault: which key, and why it is not used; never a word of the key itself."""


def key_from(written: str, keys_folder: Path, public_key: PublicKey) -> SigningKey | None:
    """None where nothing is set and no file is there: then the exchange issues nothing."""
    if written.startswith(PKCS11):
        return token_key(written, public_key)
    path = Path(written) if written else keys_folder / KEY_FILE
    if not written and not path.exists():
        return None
    return file_key(path, public_key)


def file_key(path: Path, public_key: PublicKey) -> SigningKey:
    secret_file(path)
    found = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyUnfit(f"{path}: neither EC nor RSA")
    if found.public_key() != public_key:
        raise KeyUnfit(f"{path} is not the key of the first certificate in chain.pem")
    return found


def secret_file(path: Path) -> None:
    if not path.is_file():
        raise KeyUnfit(f"{path} is not there")
    if path.stat().st_mode & OTHERS:
        raise KeyUnfit(f"{path} can be read by others: chmod 600")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token's key is."""

    module: str
    token: str
    object: str
    pin_file: Path


def place_of(written: str) -> Place:
    path, _, query = written.removeprefix(PKCS11).partition("?")
    parts = [one.partition("=") for one in (*path.split(";"), *query.split("&")) if one]
    found = {name: unquote(value) for name, _, value in parts}
    missing = {"module-path", "token", "object", "pin-source"} - found.keys()
    if missing:
        raise KeyUnfit(f"TILTS_ISSUING_KEY lacks {', '.join(sorted(missing))}")
    pin = Path(found["pin-source"].removeprefix("file:"))
    return Place(found["module-path"], found["token"], found["object"], pin)


def token_key(written: str, public_key: PublicKey) -> SigningKey:
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise KeyUnfit("a CA whose key is on a token has an EC key here")
    return TokenKey(place_of(written), public_key)


class TokenKey(ec.EllipticCurvePrivateKey):
    """A key on a token, as cryptography asks for one: it signs, and nothing else can be had of it."""

    def __init__(self, place: Place, public_key: ec.EllipticCurvePublicKey) -> None:
        self._place = place
        self._public_key = public_key

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Hashed here, signed there: a session for each signature, so that a token may be taken out in between."""
        algorithm = signature_algorithm.algorithm
        assert not isinstance(algorithm, Prehashed), "certificates and lists are given whole"
        digest = hashes.Hash(algorithm)
        digest.update(bytes(data))
        both = self._signed(digest.finalize())
        half = len(both) // 2  # PKCS #11 gives r and s side by side, certificates want them in DER
        made = encode_dss_signature(int.from_bytes(both[:half], "big"), int.from_bytes(both[half:], "big"))
        try:
            self._public_key.verify(made, bytes(data), signature_algorithm)
        except InvalidSignature:  # another token of that name: nothing that it signed goes out
            raise KeyUnfit(f"token {self._place.token}: not the key of chain.pem") from None
        return made

    def _signed(self, digest: bytes) -> bytes:
        import pkcs11  # the extra `pkcs11`: only who has a token needs it

        secret_file(self._place.pin_file)
        try:
            token = pkcs11.lib(self._place.module).get_token(token_label=self._place.token)
            with token.open(user_pin=self._place.pin_file.read_text("utf-8").strip()) as session:
                key: Any = session.get_key(
                    object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._place.object
                )
                return bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except (pkcs11.PKCS11Error, RuntimeError) as fault:
            raise KeyUnfit(f"token {self._place.token}: {type(fault).__name__}") from fault

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        raise KeyUnfit("the key of a CA signs and does nothing else")

    def private_numbers(self) -> NoReturn:
        raise KeyUnfit("the key stays on its token")

    def private_bytes(self, encoding: object, format: object, encryption_algorithm: object) -> NoReturn:
        raise KeyUnfit("the key stays on its token")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "TokenKey":
        return self
