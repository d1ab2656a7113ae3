// fhir-kit-client, unmodified, against Tilts: what it must be given. Node 20 or newer.
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "fhir-kit-client";
import { Agent } from "undici"; // of the major version that Node carries: process.versions.undici

/** The TLS port: certificate and key for the handshake, a token, and a signature on each write. */
export function connect({ base, token, cert, key, ca, signer }) {
  const dispatcher = new Agent({
    connect: { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) },
  });
  return new Client({
    baseUrl: base,
    bearerToken: token,
    customHeaders: { "accept-language": "en" },
    requestOptions: { dispatcher },
    requestSigner: signer && ((url, request) => signed(url, request, signer)),
  });
}

/** The one hook: X-Provenance, a detached JWS over the very bytes that will be sent. */
function signed(url, request, { jwk, kid, role, organization }) {
  if (request.method !== "POST" || url.endsWith("/_search")) return;
  const part = (bytes) => Buffer.from(bytes).toString("base64url");
  const header = part(JSON.stringify({ alg: "ES256", kid }));
  const key = createPrivateKey({ key: JSON.parse(readFileSync(jwk)), format: "jwk" });
  const input = `${header}.${part(request.body)}`;
  const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  const now = new Date().toISOString();
  const who = { reference: `PractitionerRole/${role}` };
  const provenance = {
    resourceType: "Provenance",
    recorded: now,
    agent: [{ who, onBehalfOf: { reference: `Organization/${organization}` } }],
    signature: [
      {
        type: [{ system: "urn:iso-astm:E1762-95:2013", code: "1.2.840.10065.1.12.1.1" }],
        when: now,
        who,
        sigFormat: "application/jose",
        data: Buffer.from(`${header}..${part(signature)}`).toString("base64"),
      },
    ],
  };
  request.headers.set("x-provenance", JSON.stringify(provenance));
}
