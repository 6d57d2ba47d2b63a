// Security keys and passkeys on plain HTML forms: one file, no dependency, no build step. It
// works under `script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'`.
//
//   <form method="post" action="/finish" data-webauthn="create" data-webauthn-options="/begin">
//     …fields…
//     <button hidden data-webauthn-needed>Set up</button>
//     <button type="button" hidden data-webauthn-cancel>Cancel</button>
//     <p role="status" data-webauthn-status></p>
//   </form>
//   <script type="module" src="webauthn.js"></script>
//
// data-webauthn           "create" registers a device, "get" signs in with one
// data-webauthn-options   where the fields of the form are posted to get the options for the
//                         browser: {"options": …, "token": …}, or {"problem": "a sentence"}, or
//                         {"goTo": "/elsewhere"}
// data-webauthn-autofill  of a "get" form: offer passkeys in fields with autocomplete="webauthn"
// data-webauthn-needed    shown only where the browser can do it
// data-webauthn-cancel    shown while the browser waits for the user
// data-webauthn-status    where people read what is going on
//
// Then the form is sent as any other, with two more fields: `webauthn_token`, as it came, and
// `webauthn_response`, the JSON of the credential.
//
//   <template data-webauthn-signal='{"method": "signalUnknownCredential", "options": {…}}'></template>
//
// tells the browser's passkey manager what has become of passkeys, where it wants to know.

const ABSENT = "This browser cannot use security keys or passkeys. Use a current version of Chrome, "
  + "Edge, Firefox or Safari, or another of your methods.";
const INSECURE = "Security keys and passkeys need a secure connection: open this page under its "
  + "https address.";
const UNREACHABLE = "The service could not be reached, and nothing was changed. Check your "
  + "connection, then try again.";
const WAITING = {
  create: "Waiting for your device: follow your browser’s instructions, and touch the security key "
    + "when it blinks.",
  get: "Waiting for your security key or passkey: follow your browser’s instructions.",
};
const SENDING = "One moment…";
const TOO_LATE = {
  create: "That took too long, and nothing was set up. Try again when you have the device at hand.",
  get: "That took too long. Try again when you have the device at hand, or use another method.",
};

/** What to tell people about an error of the browser, by its name. */
const SENTENCES = {
  create: {
    // The browser does not say which of these it was, to protect the user's privacy.
    NotAllowedError: "Nothing was set up: the browser’s dialog was closed, or the device cannot be "
      + "used here. Try again, or choose another kind of device.",
    InvalidStateError: "This device is set up already. Use another one, or look for it among your "
      + "devices.",
    AbortError: "Canceled. Nothing was set up.",
    SecurityError: "The browser refuses to set up a device at this address. Open the site under its "
      + "usual address, then try again.",
    NotSupportedError: "This device cannot make the kind of key that is needed here. Use another one.",
    ConstraintError: "This device cannot verify that it is you, or has no room for another passkey. "
      + "Set up a PIN, a fingerprint or your face on it first, or use another device.",
  },
  get: {
    NotAllowedError: "You were not signed in: the browser’s dialog was closed, or none of your "
      + "devices was found. Try again, or use another method.",
    InvalidStateError: "This device cannot be used here. Use another one of yours.",
    AbortError: "Canceled.",
    SecurityError: "The browser refuses to sign in at this address. Open the site under its usual "
      + "address, then try again.",
    NotSupportedError: "This device does not do what is needed here. Use another one of yours.",
    ConstraintError: "This device cannot verify that it is you. Set up a PIN, a fingerprint or your "
      + "face on it first, or use another device.",
  },
};
const UNKNOWN = {
  create: "The device could not be set up: the browser had a problem with it. Unplug it and plug it "
    + "in again, then try again, or use another device.",
  get: "The browser had a problem with the device. Unplug it and plug it in again, then try again, "
    + "or use another method.",
};

/** What to tell people about an error of `create` or `get`. */
export function sentence(ceremony, error, tookTooLong = false) {
  const name = error?.name ?? "";
  // Browsers report a timeout as either of these.
  if (name === "TimeoutError" || (tookTooLong && name === "NotAllowedError")) {
    return TOO_LATE[ceremony];
  }
  const sentences = SENTENCES[ceremony];
  return Object.hasOwn(sentences, name) ? sentences[name] : UNKNOWN[ceremony];
}

/** Why this browser cannot do it here, as a sentence; `null` if it can. */
export function obstacle(scope = globalThis) {
  if (scope.isSecureContext === false) return INSECURE;
  if (typeof scope.PublicKeyCredential !== "function") return ABSENT;
  if (typeof scope.navigator?.credentials?.create !== "function") return ABSENT;
  return null;
}

// JSON and back, for browsers without `parseCreationOptionsFromJSON` and `toJSON`.

function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer;
}

function text(buffer) {
  const view = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  const binary = Array.from(view, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const descriptors = (list = []) => list.map((known) => ({ ...known, id: bytes(known.id) }));

/** Reads `PublicKeyCredentialCreationOptionsJSON`. Extensions with bytes need a browser's own. */
export function creationOptions(json, native = globalThis.PublicKeyCredential) {
  if (typeof native?.parseCreationOptionsFromJSON === "function") {
    return native.parseCreationOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: bytes(json.challenge),
    user: { ...json.user, id: bytes(json.user.id) },
    excludeCredentials: descriptors(json.excludeCredentials),
  };
}

/** Reads `PublicKeyCredentialRequestOptionsJSON`. Extensions with bytes need a browser's own. */
export function requestOptions(json, native = globalThis.PublicKeyCredential) {
  if (typeof native?.parseRequestOptionsFromJSON === "function") {
    return native.parseRequestOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: bytes(json.challenge),
    allowCredentials: descriptors(json.allowCredentials),
  };
}

/** The JSON of a credential, as `PublicKeyCredential.toJSON` has it. */
export function credentialJson(credential) {
  if (typeof credential.toJSON === "function") {
    try {
      return credential.toJSON();
    } catch {
      // Some password managers hand out objects of their own, on which the method throws.
    }
  }
  const { response } = credential;
  const json = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    json.attestationObject = text(response.attestationObject);
    json.transports = response.getTransports?.() ?? [];
  } else {
    json.authenticatorData = text(response.authenticatorData);
    json.signature = text(response.signature);
    if (response.userHandle) json.userHandle = text(response.userHandle);
  }
  const result = {
    id: text(credential.rawId),
    rawId: text(credential.rawId),
    type: credential.type,
    response: json,
    clientExtensionResults: encoded(credential.getClientExtensionResults?.() ?? {}),
  };
  if (credential.authenticatorAttachment) {
    result.authenticatorAttachment = credential.authenticatorAttachment;
  }
  return result;
}

/** Bytes within extension results become base64url, as in `toJSON`. */
function encoded(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return text(value);
  if (Array.isArray(value)) return value.map(encoded);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, encoded(inner)]));
}

/** Tells the browser's passkey manager something; resolves to whether it listened. */
export async function signal({ method, options }, native = globalThis.PublicKeyCredential) {
  const methods = ["signalUnknownCredential", "signalAllAcceptedCredentials", "signalCurrentUserDetails"];
  if (!methods.includes(method) || typeof native?.[method] !== "function") return false;
  try {
    await native[method](options);
    return true;
  } catch {
    // A convenience: whatever it has against the details, there is nothing to tell the user.
    return false;
  }
}

// Forms.

/** A problem that comes with its sentence. */
class Problem extends Error {}

/** Where the user has to go first. */
class Elsewhere extends Error {}

/** Asks the service for options. */
async function begin(form, signal) {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("webauthn_token");
  fields.delete("webauthn_response");
  let answer;
  try {
    const response = await fetch(form.dataset.webauthnOptions, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: fields,
      redirect: "error",
      signal,
    });
    answer = await response.json();
  } catch (error) {
    throw error?.name === "AbortError" ? error : new Problem(UNREACHABLE);
  }
  if (typeof answer.goTo === "string") throw new Elsewhere(answer.goTo);
  if (typeof answer.options !== "object") throw new Problem(answer.problem ?? UNREACHABLE);
  return answer;
}

/** Runs a ceremony, and resolves to what the service wants to know. */
async function perform(ceremony, { options, token }, mediation, signal) {
  const credential = ceremony === "create"
    ? await navigator.credentials.create({ publicKey: creationOptions(options), signal })
    : await navigator.credentials.get({ publicKey: requestOptions(options), mediation, signal });
  return { token, response: JSON.stringify(credentialJson(credential)) };
}

/** Sends the form, with what came of the ceremony. */
function send(form, { token, response }) {
  for (const [name, value] of [["webauthn_token", token], ["webauthn_response", response]]) {
    const input = form.elements.namedItem(name) ?? document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  form.requestSubmit();
}

/** The fields of an earlier ceremony would be refused: each is good for one. */
function forget(form) {
  form.elements.namedItem("webauthn_token")?.remove();
  form.elements.namedItem("webauthn_response")?.remove();
}

/** One form of a page. Browsers have room for one ceremony at a time, and so has the page. */
class Ceremony {
  static #running = null;
  #form;
  #kind;

  constructor(form) {
    this.#form = form;
    this.#kind = form.dataset.webauthn === "create" ? "create" : "get";
    form.addEventListener("submit", (event) => this.#submit(event));
    form.querySelector("[data-webauthn-cancel]")?.addEventListener("click", () => {
      Ceremony.stop();
      autofill();
    });
  }

  get hasAutofill() {
    return this.#kind === "get" && "webauthnAutofill" in this.#form.dataset;
  }

  static stop() {
    Ceremony.#running?.abort();
    Ceremony.#running = null;
  }

  static #start() {
    Ceremony.stop();
    Ceremony.#running = new AbortController();
    return Ceremony.#running;
  }

  /** What the page was before anything happened: it may come back by the Back button. */
  reset() {
    forget(this.#form);
    this.#say("", "");
  }

  #say(state, sentence) {
    const status = this.#form.querySelector("[data-webauthn-status]");
    if (status) {
      status.dataset.webauthnStatus = state;
      status.textContent = sentence;
    }
    const cancel = this.#form.querySelector("[data-webauthn-cancel]");
    if (cancel) cancel.hidden = state !== "waiting";
  }

  #submit(event) {
    // The ceremony is over: this is the form on its way to the service.
    if (this.#form.elements.namedItem("webauthn_response")) return;
    event.preventDefault();
    this.#ask();
  }

  async #ask() {
    const controller = Ceremony.#start();
    let begun = Infinity;
    let timeout = Infinity;
    try {
      this.#say("waiting", WAITING[this.#kind]);
      const answer = await begin(this.#form, controller.signal);
      timeout = answer.options.timeout ?? Infinity;
      begun = performance.now();
      const done = await perform(this.#kind, answer, undefined, controller.signal);
      this.#say("sending", SENDING);
      send(this.#form, done);
    } catch (error) {
      if (error instanceof Elsewhere) {
        location.assign(error.message);
        return;
      }
      // A second's grace: browsers round.
      const tookTooLong = performance.now() - begun >= timeout - 1000;
      const known = error instanceof Problem;
      this.#say("problem", known ? error.message : sentence(this.#kind, error, tookTooLong));
      if (Ceremony.#running === controller) autofill();
    }
  }

  /** Offers passkeys in the field of the user name until one is chosen. */
  async offer() {
    const controller = Ceremony.#start();
    try {
      const answer = await begin(this.#form, controller.signal);
      if (answer.options.timeout) {
        // Just before the options expire, new ones take their place.
        const renewal = setTimeout(autofill, answer.options.timeout * 0.9);
        controller.signal.addEventListener("abort", () => clearTimeout(renewal));
      }
      const done = await perform("get", answer, "conditional", controller.signal);
      this.#say("sending", SENDING);
      send(this.#form, done);
    } catch {
      // Nobody asked for it, so nobody is told: the button says what is wrong.
    }
  }
}

const ceremonies = [];

/** Begins to offer passkeys, or begins again; while nobody looks, it waits. */
function autofill() {
  const form = ceremonies.find((ceremony) => ceremony.hasAutofill);
  if (!form) return;
  if (document.visibilityState === "hidden") {
    Ceremony.stop();
    document.addEventListener("visibilitychange", autofill, { once: true });
    return;
  }
  form.offer();
}

async function enhance() {
  const forms = document.querySelectorAll("form[data-webauthn]");
  const why = obstacle();
  for (const form of forms) {
    if (why) {
      const status = form.querySelector("[data-webauthn-status]");
      if (status) status.textContent = why;
      continue;
    }
    for (const part of form.querySelectorAll("[data-webauthn-needed]")) part.hidden = false;
    ceremonies.push(new Ceremony(form));
  }
  if (why) return;

  window.addEventListener("pagehide", () => Ceremony.stop());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const ceremony of ceremonies) ceremony.reset();
    autofill();
  });
  for (const told of document.querySelectorAll("[data-webauthn-signal]")) {
    await signal(JSON.parse(told.dataset.webauthnSignal));
  }
  if (await PublicKeyCredential.isConditionalMediationAvailable?.()) autofill();
}

if (typeof document !== "undefined") enhance();
