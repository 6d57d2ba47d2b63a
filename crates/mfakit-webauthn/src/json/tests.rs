//! What is read here is what `serde_json` reads.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::*;

/// An object of strings, by our reader.
fn ours(text: &str) -> Result<BTreeMap<String, String>, Malformed> {
    let mut members = BTreeMap::new();
    let mut reader = Reader::new(text);
    reader.object(|reader, key| {
        let value = reader.string()?.into_owned();
        members.insert(key.into(), value);
        Ok(())
    })?;
    reader.end()?;
    Ok(members)
}

#[test]
fn objects_of_strings() {
    for text in [
        "{}",
        " { } ",
        r#"{"a":"b"}"#,
        " {\t\"a\"\r\n: \"b\" , \"c\":\"\" }\n",
        r#"{"a":"a string of more than sixteen bytes, ünïcode and \u00fcml\u00e4uts in it"}"#,
        r#"{"\u0061":"\/\\\"\n"}"#,
        r#"{"a":"\ud83d\ude00"}"#,
        // Malformed.
        "",
        "[]",
        r#"["a","b"]"#,
        "{",
        "{,}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":"b"#,
        r#"{"a":"b","#,
        r#"{"a":"b",}"#,
        r#"{"a":"b"}}"#,
        r#"{"a":"b"} x"#,
        r#"{"a":"b";"c":"d"}"#,
        r#"{"a" "b"}"#,
        r#"{a:"b"}"#,
        r#"{'a':'b'}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\ud83d"}"#,
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"a long string with a tab\tin it\"}",
        "\u{a0}{}",
        "\u{c}{}",
        "\u{feff}{}",
    ] {
        assert_eq!(ours(text).ok(), serde_json::from_str(text).ok(), "{text:?}");
    }
}

#[test]
fn other_values() {
    let read = |text: &str| {
        let mut reader = Reader::new(text);
        let mut flag = None;
        let mut name = None;
        reader.object(|reader, key| match key {
            "flag" => once(&mut flag, reader.boolean()?),
            "name" => once(&mut name, reader.unless_null(Reader::string)?),
            _ => reader.ignore(),
        })?;
        reader.end()?;
        Ok((flag, name.flatten().map(Cow::<str>::into_owned)))
    };
    let good = [
        (r#"{"flag":true}"#, (Some(true), None)),
        (r#"{"flag" : false , "name":null}"#, (Some(false), None)),
        (
            r#"{"x":[1,{"y":null}],"name":"n"}"#,
            (None, Some("n".into())),
        ),
        (r#"{"x":-1.5e3,"x":2,"flag":true }"#, (Some(true), None)),
    ];
    for (text, want) in good {
        assert_eq!(read(text), Ok(want), "{text}");
    }
    for text in [
        r#"{"flag":null}"#,
        r#"{"flag":"true"}"#,
        r#"{"flag":tru}"#,
        r#"{"flag":truefalse}"#,
        r#"{"flag":}"#,
        r#"{"flag":true,"flag":true}"#,
        r#"{"name":"n","name":null}"#,
        r#"{"name":1}"#,
        r#"{"x":01}"#,
        r#"{"x":1.}"#,
        r#"{"x":truefalse}"#,
        r#"{"x":[1,]}"#,
        r#"{"x":}"#,
    ] {
        assert_eq!(read(text), Err(Malformed), "{text}");
    }
    // What does not matter may be as deep as it likes: it is skipped without recursion.
    let (open, close) = ("[".repeat(30_000), "]".repeat(30_000));
    assert!(read(&alloc::format!(r#"{{"x":{open}{close}}}"#)).is_ok());
}
