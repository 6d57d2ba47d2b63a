// node --test webauthn.test.mjs
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const source = await readFile(new URL("webauthn.js", import.meta.url), "utf8");
/** The script as a module of its own, in the world that is set up at the time. */
let loaded = 0;
const load = () => import(`data:text/javascript,${encodeURIComponent(source)}//${loaded++}`);
const script = await load();

const buffer = (...bytes) => Uint8Array.from(bytes).buffer;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

const NAMES = [
  "NotAllowedError", "InvalidStateError", "AbortError", "SecurityError", "NotSupportedError",
  "ConstraintError",
];

test("each error of the browser has a sentence of its own", () => {
  for (const ceremony of ["create", "get"]) {
    const sentences = new Set();
    for (const name of [...NAMES, "TimeoutError", "UnknownError"]) {
      const sentence = script.sentence(ceremony, { name });
      assert.match(sentence, /^[A-Z].*\.$/);
      assert.doesNotMatch(sentence, /Error|undefined|WebAuthn|credential/);
      sentences.add(sentence);
    }
    assert.equal(sentences.size, 8, ceremony);
  }
  assert.equal(script.sentence("get", { name: "toString" }), script.sentence("get", null));
});

test("a timeout is told from a dialog that was closed", () => {
  const refused = { name: "NotAllowedError" };
  assert.match(script.sentence("create", refused, true), /took too long/);
  assert.doesNotMatch(script.sentence("create", refused, false), /took too long/);
  assert.equal(script.sentence("create", refused, true), script.sentence("create", { name: "TimeoutError" }));
  const other = { name: "SecurityError" };
  assert.equal(script.sentence("get", other, true), script.sentence("get", other, false));
});

test("a browser that cannot do it is told why", () => {
  const able = {
    isSecureContext: true,
    PublicKeyCredential: class {},
    navigator: { credentials: { create() {} } },
  };
  assert.equal(script.obstacle(able), null);
  assert.match(script.obstacle({ ...able, isSecureContext: false }), /secure connection/);
  assert.match(script.obstacle({ ...able, PublicKeyCredential: undefined }), /cannot use/);
  assert.match(script.obstacle({ ...able, navigator: {} }), /cannot use/);
});

const CREATION = {
  rp: { id: "localhost", name: "Cockpit" },
  user: { id: "-_8A", name: "ada", displayName: "ada" },
  challenge: "AQID",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  excludeCredentials: [{ type: "public-key", id: "Bw", transports: ["usb"] }],
};

test("options are read by hand where the browser does not", () => {
  const creation = script.creationOptions(CREATION, undefined);
  assert.deepEqual(creation.challenge, buffer(1, 2, 3));
  assert.deepEqual(creation.user, { id: buffer(0xfb, 0xff, 0), name: "ada", displayName: "ada" });
  assert.deepEqual(creation.excludeCredentials, [
    { type: "public-key", id: buffer(7), transports: ["usb"] },
  ]);
  assert.deepEqual(creation.pubKeyCredParams, CREATION.pubKeyCredParams);

  const request = script.requestOptions({ challenge: "AQID", rpId: "localhost" }, undefined);
  assert.deepEqual(request, { challenge: buffer(1, 2, 3), rpId: "localhost", allowCredentials: [] });
});

test("options are read by the browser where it does", () => {
  const native = {
    parseCreationOptionsFromJSON: (json) => ({ creation: json }),
    parseRequestOptionsFromJSON: (json) => ({ request: json }),
  };
  assert.deepEqual(script.creationOptions(CREATION, native), { creation: CREATION });
  assert.deepEqual(script.requestOptions({ challenge: "" }, native), { request: { challenge: "" } });
});

const assertion = (more) => ({
  id: "AQID",
  rawId: buffer(1, 2, 3),
  type: "public-key",
  response: {
    clientDataJSON: buffer(0x7b, 0x7d),
    authenticatorData: new Uint8Array([9, 0xfb, 0xff, 9]).subarray(1, 3),
    signature: buffer(5),
    userHandle: buffer(6),
  },
  getClientExtensionResults: () => ({ prf: { results: { first: buffer(1) } }, list: [true, null] }),
  ...more,
});

test("a credential is written by hand where the browser does not", () => {
  const want = {
    id: "AQID",
    rawId: "AQID",
    type: "public-key",
    response: { clientDataJSON: "e30", authenticatorData: "-_8", signature: "BQ", userHandle: "Bg" },
    clientExtensionResults: { prf: { results: { first: "AQ" } }, list: [true, null] },
  };
  assert.deepEqual(script.credentialJson(assertion()), want);
  const broken = () => {
    throw new TypeError("Illegal invocation");
  };
  assert.deepEqual(script.credentialJson(assertion({ toJSON: broken })), want);
  assert.deepEqual(script.credentialJson({ toJSON: () => ({ id: "x" }) }), { id: "x" });

  const created = {
    rawId: buffer(1),
    type: "public-key",
    authenticatorAttachment: "cross-platform",
    response: {
      clientDataJSON: buffer(),
      attestationObject: buffer(0xa0),
      getTransports: () => ["usb", "nfc"],
    },
  };
  assert.deepEqual(script.credentialJson(created), {
    id: "AQ",
    rawId: "AQ",
    type: "public-key",
    authenticatorAttachment: "cross-platform",
    response: { clientDataJSON: "", attestationObject: "oA", transports: ["usb", "nfc"] },
    clientExtensionResults: {},
  });
});

test("signals reach browsers that listen, and disturb no other", async () => {
  const heard = [];
  const native = {
    signalUnknownCredential: async (details) => heard.push(details),
    signalCurrentUserDetails: async () => {
      throw new TypeError("no");
    },
  };
  const unknown = { method: "signalUnknownCredential", options: { rpId: "a" } };
  assert.equal(await script.signal(unknown, native), true);
  assert.deepEqual(heard, [{ rpId: "a" }]);
  for (const method of ["signalCurrentUserDetails", "signalAllAcceptedCredentials", "toString"]) {
    assert.equal(await script.signal({ method, options: {} }, native), false);
  }
  assert.equal(await script.signal(unknown, undefined), false);
});

// A page with one form, as much of it as the script touches.

class Part extends EventTarget {
  hidden = true;
  textContent = "";
  dataset = {};
}

function page({ kind = "get", autofill = false, answers, credentials, signals = [] }) {
  const parts = {
    "[data-webauthn-status]": new Part(),
    "[data-webauthn-cancel]": new Part(),
    "[data-webauthn-needed]": new Part(),
  };
  const fields = { form_token: { name: "form_token", value: "f" } };
  const sent = [];
  const form = Object.assign(new Part(), {
    dataset: { webauthn: kind, webauthnOptions: "/begin" },
    elements: { namedItem: (name) => fields[name] ?? null },
    querySelector: (what) => parts[what] ?? null,
    querySelectorAll: (what) => [parts[what]],
    append: (input) => {
      input.remove = () => delete fields[input.name];
      fields[input.name] = input;
    },
    requestSubmit() {
      const event = new Event("submit", { cancelable: true });
      if (this.dispatchEvent(event)) {
        sent.push(Object.fromEntries(Object.values(fields).map(({ name, value }) => [name, value])));
      }
    },
  });
  if (autofill) form.dataset.webauthnAutofill = "";
  const asked = [];
  const went = [];
  const told = signals.map((signal) => ({ dataset: { webauthnSignal: JSON.stringify(signal) } }));
  const world = {
    document: Object.assign(new EventTarget(), {
      visibilityState: "visible",
      createElement: () => ({}),
      querySelectorAll: (what) => (what === "form[data-webauthn]" ? [form] : told),
    }),
    window: new EventTarget(),
    location: { assign: (to) => went.push(to) },
    navigator: { credentials },
    PublicKeyCredential: Object.assign(class {}, {
      isConditionalMediationAvailable: async () => autofill,
      parseCreationOptionsFromJSON: (json) => json,
      parseRequestOptionsFromJSON: (json) => json,
      signalUnknownCredential: async (details) => asked.push({ signal: details }),
    }),
    FormData: class {
      constructor() {
        return Object.values(fields).map(({ name, value }) => [name, value]);
      }
    },
    fetch: async (url, request) => {
      asked.push({ url, body: request.body.toString(), accept: request.headers.Accept });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { json: async () => answer };
    },
  };
  for (const [name, value] of Object.entries(world)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return { form, parts, sent, asked, went, status: parts["[data-webauthn-status]"] };
}

const OPTIONS = { options: { challenge: "AQID", timeout: 300_000 }, token: "sealed" };
const credential = { toJSON: () => ({ id: "AQID" }) };

test("a form asks for options, asks the browser, and is sent", async () => {
  const { form, parts, sent, asked, status } = page({
    kind: "create",
    answers: [OPTIONS],
    credentials: { create: async () => credential },
    signals: [{ method: "signalUnknownCredential", options: { rpId: "localhost" } }],
  });
  await load();
  await settled();
  assert.equal(parts["[data-webauthn-needed]"].hidden, false);
  assert.deepEqual(asked.shift(), { signal: { rpId: "localhost" } });
  form.requestSubmit();
  assert.match(status.textContent, /Waiting for your device/);
  assert.equal(parts["[data-webauthn-cancel]"].hidden, false);
  assert.deepEqual(sent, []);
  await settled();
  assert.deepEqual(asked, [{ url: "/begin", body: "form_token=f", accept: "application/json" }]);
  assert.deepEqual(sent, [
    { form_token: "f", webauthn_token: "sealed", webauthn_response: '{"id":"AQID"}' },
  ]);
  assert.equal(parts["[data-webauthn-cancel]"].hidden, true);
});

test("what goes wrong is said, and the next try begins anew", async () => {
  const refusal = Object.assign(new Error(), { name: "InvalidStateError" });
  const { form, sent, asked, went, status } = page({
    kind: "create",
    answers: [
      new TypeError("fetch failed"), { problem: "Delete one first." }, { goTo: "/confirm" }, {},
      OPTIONS, OPTIONS,
    ],
    credentials: {
      create: async () => {
        if (asked.length < 6) throw refusal;
        return credential;
      },
    },
  });
  await load();
  await settled();
  const tries = [/could not be reached/, /^Delete one first\.$/, null, /could not be reached/, /set up already/];
  for (const want of tries) {
    form.requestSubmit();
    await settled();
    if (want) assert.match(status.textContent, want);
    assert.deepEqual(sent, []);
  }
  assert.deepEqual(went, ["/confirm"]);
  form.requestSubmit();
  await settled();
  assert.equal(sent.length, 1);
});

/** A browser whose dialog stays open until it is aborted. */
const patient = (open) => ({
  create() {},
  get: ({ mediation, signal }) => {
    open.push(mediation);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        open.splice(open.indexOf(mediation), 1);
        reject(Object.assign(new Error(), { name: "AbortError" }));
      });
    });
  },
});

test("the suggestions of the field make way for the button, and come back", async () => {
  const open = [];
  const { form, parts, sent, status } = page({
    autofill: true,
    answers: [OPTIONS, OPTIONS, OPTIONS],
    credentials: patient(open),
  });
  await load();
  await settled();
  assert.deepEqual(open, ["conditional"]);
  assert.equal(status.textContent, "");
  form.requestSubmit();
  await settled();
  assert.deepEqual(open, [undefined]);
  parts["[data-webauthn-cancel]"].dispatchEvent(new Event("click"));
  await settled();
  assert.deepEqual(open, ["conditional"]);
  assert.equal(status.textContent, "Canceled.");
  assert.deepEqual(sent, []);
  globalThis.window.dispatchEvent(new Event("pagehide"));
  await settled();
  assert.deepEqual(open, []);
});

test("a chosen suggestion is sent", async () => {
  const { sent } = page({
    autofill: true,
    answers: [{ ...OPTIONS, options: { challenge: "AQID" } }],
    credentials: { create() {}, get: async () => credential },
  });
  await load();
  await settled();
  assert.equal(sent.length, 1);
  assert.equal(sent[0].webauthn_token, "sealed");
});

test("a page that comes back by the Back button starts anew", async () => {
  const { form, sent, asked, status } = page({
    kind: "create",
    answers: [OPTIONS, OPTIONS],
    credentials: { create: async () => credential },
  });
  await load();
  await settled();
  form.requestSubmit();
  await settled();
  globalThis.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.equal(status.textContent, "");
  form.requestSubmit();
  await settled();
  assert.equal(asked.length, 2);
  assert.equal(sent.length, 2);
});
