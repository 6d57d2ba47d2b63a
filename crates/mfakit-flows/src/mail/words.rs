//! What somebody else chose, in words that may stand in the service's own mail.

use alloc::format;
use alloc::string::{String, ToString as _};

use crate::DeviceName;

/// Browsers by what their user agents contain; most contain the marks of others below them.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// Systems, likewise.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Names the browser, if it is a known one. Never a word of the header itself: whoever tries the
/// account chooses that, and would write to the owner in the service's name.
pub(super) fn browser(agent: &str) -> Option<String> {
    let find = |list: &[(&str, &'static str)]| {
        let mut list = list.iter();
        list.find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let browser = find(&BROWSERS)?;
    Some(find(&SYSTEMS).map_or_else(
        || browser.to_string(),
        |system| format!("{browser} on {system}"),
    ))
}

/// A name without what makes mail programs show an address as a link.
pub(super) fn name(name: &DeviceName) -> String {
    let mut text = String::new();
    let mut characters = name.as_str().chars().peekable();
    while let Some(character) = characters.next() {
        let goes_on = characters.peek().is_some_and(|next| !next.is_whitespace());
        let joins = matches!(character, '.' | '/' | ':' | '@' | '\\' | '<' | '>' | '"');
        text.push(if joins && goes_on { ' ' } else { character });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_from_a_list_and_never_in_their_own_words() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                      Gecko) Chrome/150.0.0.0 Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        let named = |agent| browser(agent);
        assert_eq!(named(chrome).as_deref(), Some("Chrome on Windows"));
        assert_eq!(named(safari).as_deref(), Some("Safari on iPhone"));
        assert_eq!(named("Firefox/150").as_deref(), Some("Firefox"));
        assert_eq!(named("Account locked: https://evil.example/x"), None);
        let mixed = "Firefox/150 Account locked: https://evil.example/x";
        assert_eq!(named(mixed).as_deref(), Some("Firefox"));
    }

    #[test]
    fn a_name_is_no_link() {
        let shown = |text| name(&DeviceName::parse(text).unwrap());
        assert_eq!(shown("https://evil.example/x"), "https   evil example x");
        assert_eq!(shown("Dr. No's key, no. 2"), "Dr. No's key, no. 2");
        assert_eq!(shown("me@evil.example"), "me evil example");
    }
}
