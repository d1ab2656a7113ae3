"""Why the exchange issues no certificate on a sealed request.

What is wrong with the seal itself has the rules of signed documents (SGN-...), what is wrong with the request those
of certificates (CERT-004 names every check).
"""

from tilts.rules import Rule

ISS_CONTENT = Rule(
    id="ISS-001",
    http_status=422,
    issue_code="structure",
    source="Latvia 4.3: the request lies in a signed container; RFC 2986",
    text_en="The sealed container must hold exactly one file, the request (PKCS #10); it holds: {files}.",
    text_lv="Apzīmogotajā konteinerā jābūt tieši vienai datnei – pieprasījumam (PKCS #10); tajā ir: {files}.",
    fix_en="Put client.csr alone into a new container (.asice or .edoc) and seal that.",
    fix_lv="Ielieciet jaunā konteinerā (.asice vai .edoc) tikai client.csr un apzīmogojiet to.",
)
ISS_KEY = Rule(
    id="ISS-002",
    http_status=422,
    issue_code="security",
    source="ETSI TS 119 312; our decision for certificates that hold for a year",
    text_en="The exchange certifies EC P-256 or P-384 and RSA of {rsa_bits} bits or more; this key is {key}.",
    text_lv="Sistēma apliecina EC P-256 vai P-384 un RSA vismaz {rsa_bits} bitu atslēgas; šī ir {key}.",
    fix_en="Make a new key on the curve P-256 (openssl ecparam -name prime256v1 -genkey -noout) and a new request with it.",
    fix_lv="Izveidojiet jaunu atslēgu uz līknes P-256 (openssl ecparam -name prime256v1 -genkey -noout) un ar to jaunu pieprasījumu.",
)
ISS_UNSEALED = Rule(
    id="ISS-003",
    http_status=422,
    issue_code="security",
    source="Source page B2; Security 1.2: identity is proven once, by the organisation's qualified seal",
    text_en="For real data a request must be sealed with the organisation's qualified seal.",
    text_lv="Reāliem datiem pieprasījumam jābūt apzīmogotam ar organizācijas kvalificēto zīmogu.",
    fix_en="Put client.csr into a container (.asice or .edoc), seal it and hand in that; or a certificate of a provider on the trust list.",
    fix_lv="Ielieciet client.csr konteinerā (.asice vai .edoc), apzīmogojiet un iesniedziet to; vai iesniedziet sertifikātu no uzticamības sarakstā esoša sniedzēja.",
)
