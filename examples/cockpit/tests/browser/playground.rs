//! Every kind of authenticator, and what they can do wrong, on the page `/playground`.

use serde_json::json;

use crate::authenticator::{Fault, Kind};
use crate::gateway::Gateway;
use crate::person::Person;
use crate::site::Site;
use crate::webdriver::WebDriver;

impl Person {
    fn chooses(&self, list: &str, value: &str) {
        let option = format!("#{list} option[value={}]", json!(value));
        self.browser.click(&self.css(&option));
    }

    /// Clicks a button of the playground's.
    fn clicks_in(&self, action: &str) {
        let button = format!("form[action='/playground/{action}'] button.primary");
        self.browser.click(&self.css(&button));
    }

    fn registers(&self, choices: &[(&str, &str)]) {
        self.opens("/playground");
        for (list, value) in choices {
            self.chooses(&format!("register-{list}"), value);
        }
        self.clicks_in("register");
    }

    fn signs_in(&self, choices: &[(&str, &str)]) {
        self.opens("/playground");
        for (list, value) in choices {
            self.chooses(&format!("sign-in-{list}"), value);
        }
        self.clicks_in("sign-in");
    }

    fn fact(&self, name: &str) -> String {
        let path = format!("//dl[@class='facts']/dt[.='{name}']/following-sibling::dd[1]");
        self.browser.text_of(&self.browser.find("xpath", &path))
    }

    fn is_accepted(&self) {
        self.sees_heading("Verification");
        let verdict = self.browser.text_of(&self.css("div.banner p"));
        assert_eq!(verdict, "Accepted", "{}", self.browser.text());
    }

    fn is_refused(&self, category: &str) {
        self.sees_heading("Verification");
        let verdict = self.browser.text_of(&self.css("div.banner p"));
        assert_eq!(verdict, "Refused", "{}", self.browser.text());
        assert_eq!(self.fact("Category"), category);
    }

    /// What a form with a ceremony says about it in the end.
    fn reads_problem(&self, action: &str) -> String {
        let status = format!("form[action='/playground/{action}'] [data-webauthn-status=problem]");
        self.browser.text_of(&self.css(&status))
    }
}

#[test]
fn every_kind_of_authenticator_registers_and_signs_in() {
    let Some(alice) = Person::arrives("every_kind_of_authenticator_registers_and_signs_in") else {
        return;
    };
    for kind in Kind::ALL {
        let authenticator = alice.browser.plug_in(kind);
        alice.registers(&[("attestation", "direct")]);
        alice.is_accepted();
        let format = if kind.is_capable {
            "packed"
        } else {
            "fido-u2f"
        };
        assert_eq!(alice.fact("Attestation"), format!("{format}, basic"));
        let transports = alice.fact("Transports");
        assert!(
            transports.split(", ").any(|one| one == kind.transport),
            "{kind:?}: {transports}"
        );
        let yes_or_no = |fact| if fact { "yes" } else { "no" };
        assert_eq!(alice.fact("User verified"), yes_or_no(kind.is_capable));
        assert_eq!(
            alice.fact("Backed up"),
            yes_or_no(kind.backup.1),
            "{kind:?}"
        );
        assert_eq!(
            alice.fact("Credential id"),
            authenticator.credential_ids()[0]
        );
        alice.signs_in(&[]);
        alice.is_accepted();
        assert_eq!(alice.fact("User verified"), yes_or_no(kind.is_capable));
        assert_eq!(
            alice.fact("Credential id"),
            authenticator.credential_ids()[0]
        );
        authenticator.unplug();
    }
}

#[test]
fn every_algorithm_that_the_browser_has_registers_and_signs_in() {
    let Some(alice) =
        Person::arrives("every_algorithm_that_the_browser_has_registers_and_signs_in")
    else {
        return;
    };
    let key = alice.browser.plug_in(Kind::USB);
    for (number, name) in [(-7, "ES256"), (-8, "EdDSA"), (-257, "RS256")] {
        alice.opens("/playground");
        alice.chooses("algorithm", &number.to_string());
        alice.clicks_in("register");
        alice.is_accepted();
        assert_eq!(alice.fact("Algorithm"), format!("{name} ({number})"));
        alice.signs_in(&[]);
        alice.is_accepted();
        // The next one may not find it among those it is to exclude.
        for credential in key.credentials() {
            key.forgets(&credential);
        }
    }
}

#[test]
fn a_bad_answer_is_refused_by_its_category() {
    let Some(alice) = Person::arrives("a_bad_answer_is_refused_by_its_category") else {
        return;
    };
    let key = alice.browser.plug_in(Kind::USB);
    let verified = [("user_verification", "required")];
    for (fault, category) in [
        (Fault::BadUserVerification, "user_not_verified"),
        (Fault::BadUserPresence, "user_not_present"),
    ] {
        key.has_fault(Some(fault));
        alice.registers(&verified);
        alice.is_refused(category);
        for credential in key.credentials() {
            key.forgets(&credential);
        }
    }
    key.has_fault(Some(Fault::BogusSignature));
    alice.registers(&[("attestation", "direct")]);
    alice.is_refused("attestation_signature_invalid");
    for credential in key.credentials() {
        key.forgets(&credential);
    }

    key.has_fault(None);
    alice.registers(&verified);
    alice.is_accepted();
    for (fault, category) in [
        (Fault::BogusSignature, "signature_invalid"),
        (Fault::BadUserVerification, "user_not_verified"),
        (Fault::BadUserPresence, "user_not_present"),
    ] {
        key.has_fault(Some(fault));
        alice.signs_in(&verified);
        alice.is_refused(category);
    }
    alice.looks("playground-refused");
    key.has_fault(None);
    alice.signs_in(&verified);
    alice.is_accepted();
}

#[test]
fn a_counter_that_goes_back_is_noticed() {
    let Some(alice) = Person::arrives("a_counter_that_goes_back_is_noticed") else {
        return;
    };
    let key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();
    key.counts_from(1000);
    alice.signs_in(&[]);
    alice.is_accepted();
    assert_eq!(alice.fact("Signature counter"), "has grown");
    key.counts_from(5);
    alice.signs_in(&[]);
    alice.is_accepted();
    assert_eq!(
        alice.fact("Signature counter"),
        "has not grown: the authenticator may have been cloned"
    );
}

#[test]
fn backup_flags_are_read_and_must_make_sense() {
    let Some(alice) = Person::arrives("backup_flags_are_read_and_must_make_sense") else {
        return;
    };
    let impossible = Kind {
        backup: (false, true),
        ..Kind::USB
    };
    let key = alice.browser.plug_in(impossible);
    alice.registers(&[]);
    alice.is_refused("backup_flags_inconsistent");
    key.unplug();

    let key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();
    key.claims_backup(true, true);
    alice.signs_in(&[]);
    alice.is_refused("backup_flags_inconsistent");
    key.unplug();

    let synced = Kind {
        backup: (true, false),
        ..Kind::USB
    };
    let key = alice.browser.plug_in(synced);
    alice.registers(&[]);
    alice.is_accepted();
    assert_eq!(alice.fact("Backed up"), "no");
    key.claims_backup(true, true);
    alice.signs_in(&[]);
    alice.is_accepted();
    assert_eq!(alice.fact("Backed up"), "yes");
}

#[test]
fn whoever_cannot_or_will_not_is_told_so() {
    let Some(alice) = Person::arrives("whoever_cannot_or_will_not_is_told_so") else {
        return;
    };
    // User verification is required, and missing.
    let key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();
    key.verifies_user(false);
    alice.signs_in(&[("user_verification", "required")]);
    let told = alice.reads_problem("sign-in");
    assert!(told.starts_with("You were not signed in:"), "{told}");
    key.verifies_user(true);

    // The device is there already.
    alice.registers(&[]);
    let told = alice.reads_problem("register");
    assert!(told.starts_with("This device is set up already."), "{told}");

    // Nobody touches it, and the user stops waiting.
    key.is_touched(false);
    alice.signs_in(&[]);
    let waiting = "form[action='/playground/sign-in'] [data-webauthn-status=waiting]";
    let told = alice.browser.text_of(&alice.css(waiting));
    assert!(told.starts_with("Waiting for your security key"), "{told}");
    alice.looks("playground-waiting");
    alice.stops_waiting();
    assert_eq!(alice.reads_problem("sign-in"), "Canceled.");

    // And can go on.
    key.is_touched(true);
    alice.clicks_in("sign-in");
    alice.is_accepted();
}

#[test]
fn an_answer_made_on_another_page_is_refused() {
    let Some(alice) = Person::arrives("an_answer_made_on_another_page_is_refused") else {
        return;
    };
    let page = "<title>Not the cockpit</title><h1>Not the cockpit</h1>";
    let elsewhere = Gateway::start(vec![("/", page.to_owned())]);
    let _key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();

    alice.opens("/playground");
    let asked = alice.asks_for_options("/playground/sign-in");
    alice
        .browser
        .post("/url", &json!({ "url": elsewhere.url("/") }));
    let answer = alice.answers(&asked["options"]);

    alice.opens("/playground");
    alice.sends_answer("/playground/sign-in", &asked["token"], &answer);
    alice.is_refused("origin_mismatch");
}

#[test]
fn a_ceremony_inside_another_site_is_refused() {
    let test = "a_ceremony_inside_another_site_is_refused";
    let Some(browser) = WebDriver::start(test) else {
        return;
    };
    // A page of the application's own origin that may be framed, as it has none itself.
    let frame = "<title>Frame</title><h1>Frame</h1>".to_owned();
    let gateway = Gateway::start(vec![("/frame", frame)]);
    let site = Site::start_with(Some(gateway.port), |config| config);
    gateway.forward_to(site.port);
    let framing = |path| {
        format!(
            "<title>Around</title><h1>Around</h1><iframe src='{}' allow='publickey-credentials-get *'></iframe>",
            gateway.url(path)
        )
    };
    let elsewhere = Gateway::start(vec![
        ("/", framing("/frame")),
        ("/page", framing("/playground")),
    ]);
    let alice = Person { browser, site };
    let _key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();

    // The application's own pages are not shown in frames.
    let enter = |path: &str| {
        alice
            .browser
            .post("/url", &json!({ "url": elsewhere.url(path) }));
        alice.browser.enter(&alice.css("iframe"));
    };
    enter("/page");
    let shown = alice.browser.text();
    assert!(!shown.contains("Playground"), "{shown}");

    // What is signed in a frame says so, and is refused.
    enter("/");
    let asked = alice.browser.async_script(
        "const html = await (await fetch('/playground')).text();
         const page = new DOMParser().parseFromString(html, 'text/html');
         const form = page.querySelector('form[data-webauthn=get]');
         const token = form.querySelector('input[type=hidden]').value;
         const fields = new URLSearchParams({ form_token: token, user_verification: 'preferred', hint: '' });
         const answer = await fetch(form.dataset.webauthnOptions, { method: 'POST', body: fields });
         return { form_token: token, ...(await answer.json()) };",
    );
    let answer = alice.answers(&asked["options"]);
    let fields = json!({
        "form_token": asked["form_token"],
        "webauthn_token": asked["token"],
        "webauthn_response": answer.to_string(),
    });
    let html = alice.browser.async_script(&format!(
        "const answer = await fetch('/playground/sign-in', {{ method: 'POST', body: new URLSearchParams({fields}) }});
         return await answer.text();"
    ));
    let html = html.as_str().unwrap();
    assert!(html.contains("cross_origin_not_allowed"), "{html}");
}

#[test]
fn the_playground_is_accessible() {
    let Some(alice) = Person::arrives("the_playground_is_accessible") else {
        return;
    };
    alice.opens("/playground");
    alice.looks("playground");
    let _key = alice.browser.plug_in(Kind::USB);
    alice.registers(&[]);
    alice.is_accepted();
    alice.looks("playground-accepted");
    alice.opens("/playground");
    alice.looks("playground-with-credential");
    alice.clicks("Verify");
    alice.sees_heading("Verification");
    alice.looks("playground-sample");
}
