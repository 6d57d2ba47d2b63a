//! What every page must be: without a fault that axe-core finds, in light and in dark, and not
//! wider than a small telephone. Leaves a picture of each.

use std::fs;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use crate::person::Person;

const AXE: &str = include_str!("data/axe.min.js");

/// WCAG up to 2.2 AA, and what axe-core advises besides.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const result = await axe.run({ runOnly: tags, rules: { 'target-size': { enabled: true } } });
    return result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) }));";

/// The width of a small telephone, at which a page has to reflow (WCAG 1.4.10).
const NARROW: u32 = 320;

impl Person {
    /// Looks at the page, and keeps pictures of it under this name.
    pub(crate) fn looks(&self, name: &str) {
        for (scheme, width) in [("light", 1024), ("dark", 1024), ("light", NARROW)] {
            self.browser.cdp(
                "Emulation.setEmulatedMedia",
                &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
            );
            self.resize(width);
            let faults = self.faults();
            assert_eq!(faults, json!([]), "{name}, {scheme}, {width} pixels wide");
            if width == NARROW {
                let needed = self
                    .browser
                    .script("return document.documentElement.scrollWidth", &[]);
                assert!(needed.as_u64() <= Some(NARROW.into()), "{name}: {needed}");
                self.keeps_picture(&format!("{name}-narrow"));
            } else {
                self.keeps_picture(&format!("{name}-{scheme}"));
            }
        }
        self.browser
            .cdp("Emulation.clearDeviceMetricsOverride", &json!({}));
        self.browser
            .cdp("Emulation.setEmulatedMedia", &json!({ "features": [] }));
    }

    /// What axe-core finds wrong with the page.
    pub(crate) fn faults(&self) -> Value {
        self.browser.script(AXE, &[]);
        self.browser.async_script(RUN)
    }

    fn resize(&self, width: u32) {
        // They would take their width from the page's, as those of telephones do not.
        self.browser
            .cdp("Emulation.setScrollbarsHidden", &json!({ "hidden": true }));
        self.browser.cdp(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    fn keeps_picture(&self, name: &str) {
        let picture = self.browser.cdp(
            "Page.captureScreenshot",
            &json!({ "format": "png", "captureBeyondViewport": true }),
        );
        let picture = Base64::decode_vec(picture["data"].as_str().unwrap()).unwrap();
        let folder = folder();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}

/// Where the pictures are.
fn folder() -> PathBuf {
    match std::env::var_os("COCKPIT_SCREENSHOTS") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots"),
    }
}
