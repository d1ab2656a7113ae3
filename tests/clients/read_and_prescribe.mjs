// Drives fhir-kit-client through reading and prescribing; settings as JSON on standard input, steps on standard output.
import { readFileSync } from "node:fs";
import { Client } from "fhir-kit-client";
import { connect } from "./connect.mjs";

const given = JSON.parse(readFileSync(0, "utf8"));
const signing = connect({ ...given.tls, signer: given.signer });
const unsigned = connect(given.tls);
const plain = new Client({
  baseUrl: given.plain.base,
  bearerToken: given.plain.token,
  customHeaders: { "accept-language": "en" },
});
const steps = [];
let calls = [];

// Looks on, changes nothing.
const send = globalThis.fetch;
globalThis.fetch = async (request) => {
  const response = await send(request);
  calls.push({ method: request.method, url: request.url, status: response.status });
  return response;
};

async function step(said, act) {
  calls = [];
  let shown;
  try {
    shown = await act();
  } catch (error) {
    if (!error.response) throw error;
    shown = refusal(error.response.data);
  }
  steps.push({ said, calls, shown });
}

function refusal(outcome) {
  const [issue] = outcome.issue;
  return `${outcome.resourceType} ${issue.details.coding[0].code}: ${issue.details.text}`;
}

const order = (identifier, changes = {}) => ({
  ...given.order,
  identifier: [{ system: `urn:uuid:${given.signer.organization}`, value: identifier }],
  ...changes,
});

await step("capabilityStatement()", async () => {
  const statement = await signing.capabilityStatement();
  return `${statement.resourceType}, FHIR ${statement.fhirVersion}`;
});
await step("read() an Organization", async () => {
  const found = await signing.read({ resourceType: "Organization", id: given.signer.organization });
  return found.resourceType;
});
await step("read() what is not there", () =>
  signing.read({ resourceType: "Patient", id: "019a0000-0000-7000-8000-000000000000" }),
);
await step("search() a Patient by person code, with postSearch", async () => {
  const found = await signing.search({
    resourceType: "Patient",
    searchParams: { identifier: given.identifier },
    options: { postSearch: true },
  });
  return `total ${found.total}: ${found.entry[0].resource.name[0].family}`;
});
await step("search() the same with GET", () =>
  signing.search({ resourceType: "Patient", searchParams: { identifier: given.identifier } }),
);
await step("search() PractitionerRole with _count=20, then nextPage() twice", async () => {
  let page = await signing.search({ resourceType: "PractitionerRole", searchParams: { _count: 20 } });
  const seen = new Set();
  for (let number = 1; number <= 3; number++) {
    if (number > 1) page = await signing.nextPage({ bundle: page });
    for (const entry of page.entry) seen.add(entry.resource.id);
  }
  return `${seen.size} different ones on 3 pages`;
});
await step("search() with _summary=count", async () => {
  const found = await signing.search({
    resourceType: "Organization",
    searchParams: { _summary: "count", _id: given.signer.organization },
  });
  return `total ${found.total}, ${found.entry?.length ?? 0} entries`;
});

const first = order(`${given.run}-signed`);
let prescribed;
await step("create() a MedicationRequest, signed by the hook", async () => {
  prescribed = await signing.create({ resourceType: "MedicationRequest", body: first });
  return numbered(prescribed);
});
await step("create() the same again", async () => {
  const again = await signing.create({ resourceType: "MedicationRequest", body: first });
  const { response } = Client.httpFor(again);
  const same = again.id === prescribed.id ? "the same resource" : "ANOTHER RESOURCE";
  return `${same}, Idempotency-Replayed: ${response.headers.get("idempotency-replayed")}`;
});
await step("vread() it", async () => {
  const found = await signing.vread({ resourceType: "MedicationRequest", id: prescribed.id, version: "1" });
  return numbered(found);
});
await step("search() MedicationRequest by patient and identifier", async () => {
  const found = await signing.search({
    resourceType: "MedicationRequest",
    searchParams: { patient: given.order.subject.reference, identifier: first.identifier[0].value },
    options: { postSearch: true },
  });
  return `total ${found.total}`;
});
await step("operation() $cancel of its Task", async () => {
  const tasks = await signing.search({
    resourceType: "Task",
    searchParams: { focus: `MedicationRequest/${prescribed.id}` },
    options: { postSearch: true },
  });
  const input = { resourceType: "Parameters", parameter: [{ name: "reason", valueCode: "other" }] };
  const id = tasks.entry[0].resource.id;
  const task = await signing.operation({ name: "cancel", resourceType: "Task", id, input });
  return `Task ${task.status}`;
});
await step("create() without the hook", () =>
  unsigned.create({ resourceType: "MedicationRequest", body: order(`${given.run}-unsigned`) }),
);
await step("create() without a quantity, signed", () =>
  signing.create({
    resourceType: "MedicationRequest",
    body: order(`${given.run}-none`, { dispenseRequest: { numberOfRepeatsAllowed: 0 } }),
  }),
);
await step("plain port: search() a Patient by person code with GET", async () => {
  const found = await plain.search({ resourceType: "Patient", searchParams: { identifier: given.identifier } });
  const { response } = Client.httpFor(found);
  return `total ${found.total}, Warning: ${response.headers.get("warning")}`;
});
await step("plain port: create() without a signature", async () => {
  const created = await plain.create({
    resourceType: "MedicationRequest",
    body: order(`${given.run}-plain`),
  });
  const { response } = Client.httpFor(created);
  return `${numbered(created)}, Warning: ${response.headers.get("warning")}`;
});
await step("plain port: create() for nobody", () =>
  plain.create({
    resourceType: "MedicationRequest",
    body: order(`${given.run}-nobody`, { subject: { display: "nobody" } }),
  }),
);

function numbered(request) {
  const number = request.identifier.find((one) => one.system === given.numberSystem);
  return `${request.resourceType} ${request.status}, with ${number ? "a" : "NO"} prescription number`;
}

console.log(JSON.stringify(steps));
