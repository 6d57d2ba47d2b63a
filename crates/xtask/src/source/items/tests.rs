use super::*;

/// `modules::owner.name`, with `!` for a test and `?` for what exists in tests only.
fn names(text: &str) -> Vec<String> {
    let name = |item: Item| {
        let mut text = item.modules.join("::");
        if !text.is_empty() {
            text.push_str("::");
        }
        if let Some(owner) = &item.owner {
            text.push_str(owner);
            text.push('.');
        }
        text.push_str(&item.name);
        text.push_str(match (item.kind, item.in_tests) {
            (Kind::Test, _) => "!",
            (_, true) => "?",
            (Kind::Export, _) => "*",
            _ => "",
        });
        text
    };
    items(text).into_iter().map(name).collect()
}

#[test]
fn free_items_have_no_owner() {
    let text = "
        pub(crate) const fn a<const N: usize>(x: [u8; N]) -> [u8; { N }] where [u8; N]: Sized { {} }
        pub static mut B: [u8; 2] = [1, 2];
        const C: fn() -> u8 = { fn hidden() {} || 1 };
        type D<T> = Vec<T>;
        macro_rules! e { () => { fn hidden() {} } }
        pub async fn f() {}
        unsafe extern \"C\" fn g() {}
    ";
    assert_eq!(names(text), ["a", "B", "C", "D", "e", "f", "g"]);
}

#[test]
fn methods_belong_to_the_type_behind_the_for() {
    let text = "
        impl<'a, T: Into<Vec<u8>>> module::Totp<'a, T> where T: Clone { pub fn verify(&self) {} const X: u8 = 1; }
        impl<F: Fn(u8) -> u8> fmt::Display for &mut Wrapper<F> { fn fmt(&self) {} }
        impl From<Totp<'_>> for u8 { fn from() {} }
    ";
    assert_eq!(
        names(text),
        ["Totp.verify", "Totp.X", "Wrapper.fmt", "u8.from"]
    );
}

#[test]
fn variants_and_fields_belong_to_their_type() {
    let text = "
        #[derive(Debug)]
        pub enum Rejected { #[doc = \"x\"] Malformed, Replayed { matched: Step, other: u8 }, Wide(u8, u16) = 3, }
        pub struct Window { pub past: Map<u8, u16>, #[serde(skip)] pub(crate) future: fn(u8) -> u8 }
        struct Tuple(u8, u16);
        struct Unit;
        fn after() {}
    ";
    assert_eq!(
        names(text),
        [
            "Rejected",
            "Rejected.Malformed",
            "Rejected.Replayed",
            "Rejected.Wide",
            "Window",
            "Window.past",
            "Window.future",
            "Tuple",
            "Unit",
            "after"
        ]
    );
}

#[test]
fn trait_items_belong_to_the_trait() {
    let text = "pub trait Store: Send { type Error: X; fn get(&self) -> u8; fn put(&self) { } }";
    assert_eq!(
        names(text),
        ["Store", "Store.Error", "Store.get", "Store.put"]
    );
}

#[test]
fn exports_count_and_imports_do_not() {
    let text = "
        pub use a::{b::C, D as E, self, f::*};
        pub(crate) use g::H;
        use i::J;
        pub use k;
    ";
    assert_eq!(names(text), ["C*", "E*", "f*", "k*"]);
}

#[test]
fn tests_are_found_wherever_they_are() {
    let text = "
        #[test] fn plain() {}
        #[tokio::test(flavor = \"multi_thread\")] async fn waits() {}
        #[test] #[should_panic(expected = \"x\")] fn panics() {}
        fn helper() {}
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(8))]
            /// A law.
            #[test]
            fn law(x in prop_oneof![Just(1), { 2..3 }]) { assert!(x > 0); }
        }
        #[cfg(test)]
        mod tests { use super::*; #[test] fn inner() {} fn tool() {} }
        #[cfg(not(test))] fn shipped() {}
        #[cfg(test)] mod elsewhere;
    ";
    assert_eq!(
        names(text),
        [
            "plain!",
            "waits!",
            "panics!",
            "helper",
            "law!",
            "tests?",
            "tests::inner!",
            "tests::tool?",
            "shipped",
            "elsewhere?"
        ]
    );
}

#[test]
fn a_name_in_a_comment_or_string_is_no_item() {
    assert_eq!(names("// fn a() {}\nconst B: &str = \"fn c() {}\";"), ["B"]);
}

#[test]
fn unbalanced_input_ends() {
    for text in [
        "impl X {",
        "fn",
        "enum A { B(",
        "} fn a",
        "#[",
        "mod x { }} fn b() {}",
        "pub",
        "use a::{",
    ] {
        items(text);
    }
}
