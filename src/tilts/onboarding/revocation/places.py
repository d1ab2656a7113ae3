"""Where a certificate says that its revocation can be learnt: addresses of lists (CRL) and of answers (OCSP)."""

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID


def revocation_places(certificate: x509.Certificate) -> list[str]:
    return [*crl_places(certificate), *ocsp_places(certificate)]


def crl_places(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for point in points for name in point.full_name or ()]


def ocsp_places(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    ocsp = AuthorityInformationAccessOID.OCSP
    return [str(one.access_location.value) for one in access if one.access_method == ocsp]
