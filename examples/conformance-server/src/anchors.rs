//! The folder of trusted certificates.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use base64ct::{Base64, Encoding as _};
use mfakit_webauthn::Trust;
use serde::Deserialize;

/// The member of a metadata statement that counts here.
#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "attestationRootCertificates", default)]
    roots: Vec<String>,
}

/// Trusts every certificate in a folder. They are one set: a certificate of one model's statement
/// is an anchor for all models.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Trust> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut anchors = Vec::new();
    let (mut files, mut others) = (0_u32, 0_u32);
    for entry in entries {
        let path = entry?.path();
        let found = certificates(&path).with_context(|| format!("in {}", path.display()))?;
        match found {
            Some(found) => {
                for anchor in &found {
                    Trust::anchors(&[anchor]).with_context(|| format!("in {}", path.display()))?;
                }
                anchors.extend(found);
                files = files.saturating_add(1);
            }
            None => others = others.saturating_add(1),
        }
    }
    println!(
        "{} anchors from {files} files, {others} others ignored",
        anchors.len()
    );
    let anchors: Vec<&[u8]> = anchors.iter().map(Vec::as_slice).collect();
    Trust::anchors(&anchors).context("an anchor is no certificate")
}

/// The certificates of a file in DER; `None` if it is of another kind.
fn certificates(path: &Path) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("json") => {
            let statement: Statement = serde_json::from_slice(&fs::read(path)?)?;
            let roots = statement.roots.iter().map(|root| base64(root));
            Some(roots.collect::<anyhow::Result<_>>()?)
        }
        Some("pem") => Some(pem(&fs::read_to_string(path)?)?),
        Some("der") => Some(vec![fs::read(path)?]),
        _ => None,
    })
}

fn pem(text: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let parts = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    parts
        .map(|part| {
            let (body, _) = part
                .split_once("-----END CERTIFICATE-----")
                .context("a certificate has no end")?;
            base64(body)
        })
        .collect()
}

/// Statements and PEM files break lines where they like.
fn base64(text: &str) -> anyhow::Result<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    Base64::decode_vec(&text).context("not base64")
}
