//! QR codes are read back by an independent decoder, from every form in which they are drawn.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use mfakit_totp::{
    Algorithm, Digits, KeyUri, Params, PngScale, QrCode, QrError, Secret, TerminalStyle,
};
use proptest::prelude::*;
use rqrr::PreparedImage;

/// A picture, true where it is dark, that is `true` outside of its rows.
struct Picture {
    width: usize,
    dark: Vec<bool>,
}

impl Picture {
    fn new(width: usize, dark: Vec<bool>) -> Self {
        assert_eq!(dark.len() % width, 0, "rows of one length");
        Self { width, dark }
    }

    fn height(&self) -> usize {
        self.dark.len() / self.width
    }

    /// What the decoder reads, with every module drawn `scale` pixels wide.
    fn decode(&self, scale: usize) -> String {
        let (width, height) = (self.width * scale, self.height() * scale);
        let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            let dark = self.dark[y / scale * self.width + x / scale];
            if dark { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        let [grid] = &grids[..] else {
            panic!("{} symbols were found", grids.len());
        };
        let (_, text) = grid.decode().expect("the decoder reads it");
        text
    }

    fn border_is_light(&self, modules: usize) -> bool {
        let (width, height) = (self.width, self.height());
        (0..self.dark.len()).all(|at| {
            let (x, y) = (at % width, at / width);
            let inside =
                (modules..width - modules).contains(&x) && (modules..height - modules).contains(&y);
            inside || !self.dark[at]
        })
    }
}

fn uri(secret: &Secret, issuer: &str, account: &str) -> KeyUri {
    KeyUri::totp(secret, issuer, account)
        .build()
        .expect("names are fine")
}

fn example() -> (KeyUri, QrCode) {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("length is in range");
    let uri = uri(&secret, "Example", "alice@example.com");
    let qr = uri.qr().expect("it fits");
    (uri, qr)
}

fn rows(qr: &QrCode) -> Picture {
    let quiet = 4;
    let width = usize::from(qr.size()) + 2 * quiet;
    let mut dark = vec![false; width * width];
    for (y, row) in qr.rows().enumerate() {
        for (x, module) in row.enumerate() {
            dark[(y + quiet) * width + x + quiet] = module;
        }
    }
    Picture::new(width, dark)
}

fn png(bytes: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .expect("a PNG");
    let info = reader.info();
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    assert_eq!(info.bit_depth, png::BitDepth::One);
    let (width, height) = (info.width, info.height);
    assert_eq!(width, height);
    let mut packed = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut packed).expect("pixels");
    let width = usize::try_from(width).expect("small");
    let mut dark = Vec::new();
    for line in packed.chunks_exact(frame.line_size) {
        dark.extend((0..width).map(|x| line[x / 8] & (0x80 >> (x % 8)) == 0));
    }
    Picture::new(width, dark)
}

/// Interprets the little of SVG that we write, and panics at anything else.
fn svg(text: &str) -> Picture {
    let view_box = between(text, "viewBox=\"0 0 ", "\"");
    let (width, height) = view_box.split_once(' ').expect("two numbers");
    assert_eq!(width, height);
    let width: usize = width.parse().expect("a number");
    assert!(text.contains(&format!(
        "<path fill=\"#fff\" d=\"M0 0h{width}v{width}H0z\"/>"
    )));
    let path = between(
        text,
        "<path stroke=\"#000\" shape-rendering=\"crispEdges\" d=\"",
        "\"",
    );

    let mut dark = vec![false; width * width];
    let (mut x, mut y) = (0, 0);
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let arguments = &rest[1..];
        let end = arguments
            .find(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(arguments.len());
        let numbers: Vec<&str> = arguments[..end].split(' ').collect();
        rest = &arguments[end..];
        match (command, &numbers[..]) {
            ('M', [to_x, to_y]) => {
                let row = to_y.strip_suffix(".5").expect("the middle of a row");
                (x, y) = (number(to_x), number(row));
            }
            ('m', [by, "0"]) => x += number(by),
            ('h', [length]) => {
                for _ in 0..number(length) {
                    dark[y * width + x] = true;
                    x += 1;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    Picture::new(width, dark)
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).expect("it is there");
    let (found, _) = rest.split_once(after).expect("it ends");
    found
}

/// The picture that a terminal shows: two modules a character, in its colors.
fn terminal(text: &str, style: TerminalStyle) -> Picture {
    let mut dark = Vec::new();
    let mut width = 0;
    for line in text.lines() {
        let line = match style {
            TerminalStyle::Ansi => line
                .strip_prefix("\u{1b}[48;5;231;38;5;16m")
                .and_then(|line| line.strip_suffix("\u{1b}[0m"))
                .expect("colors are set, and reset at the end of the line"),
            _ => line,
        };
        let ink_is_dark = style != TerminalStyle::LightOnDark;
        let inked: Vec<(bool, bool)> = line
            .chars()
            .map(|character| match character {
                '█' => (true, true),
                '▀' => (true, false),
                '▄' => (false, true),
                ' ' => (false, false),
                other => panic!("{other:?}"),
            })
            .collect();
        width = inked.len();
        dark.extend(inked.iter().map(|(upper, _)| *upper == ink_is_dark));
        dark.extend(inked.iter().map(|(_, lower)| *lower == ink_is_dark));
    }
    Picture::new(width, dark)
}

const STYLES: [TerminalStyle; 3] = [
    TerminalStyle::Ansi,
    TerminalStyle::DarkOnLight,
    TerminalStyle::LightOnDark,
];

#[test]
fn rows_are_read_back() {
    let (uri, qr) = example();
    assert_eq!(rows(&qr).decode(4), **uri.to_uri());
}

#[test]
fn png_is_read_back() {
    let (uri, qr) = example();
    let modules = usize::from(qr.size()) + 8;
    for scale in [3, 8, 40] {
        let image = qr.png(PngScale::new(scale).expect("in range"));
        let picture = png(&image.expect("it is encoded"));
        assert_eq!(picture.width, modules * usize::from(scale));
        assert!(picture.border_is_light(4 * usize::from(scale)));
        assert_eq!(picture.decode(1), **uri.to_uri());
    }
}

#[test]
fn png_as_data_uri() {
    use base64ct::{Base64, Encoding as _};
    let (_, qr) = example();
    let image = qr.png(PngScale::default()).expect("it is encoded");
    let uri = qr.png_data_uri(PngScale::default()).expect("it is encoded");
    let encoded = uri.strip_prefix("data:image/png;base64,").expect("a PNG");
    assert_eq!(Base64::decode_vec(encoded).as_deref(), Ok(&image[..]));
}

#[test]
fn png_scale_boundaries() {
    assert_eq!(PngScale::new(0), None);
    assert_eq!(PngScale::new(41), None);
    assert!(PngScale::new(1).is_some() && PngScale::new(40).is_some());
    assert_eq!(PngScale::new(8), Some(PngScale::default()));
}

#[test]
fn svg_is_read_back() {
    let (uri, qr) = example();
    let picture = svg(&qr.svg("QR code"));
    assert_eq!(picture.width, usize::from(qr.size()) + 8);
    assert!(picture.border_is_light(4));
    assert_eq!(picture.decode(4), **uri.to_uri());
}

#[test]
fn svg_is_accessible_and_loads_nothing() {
    let (_, qr) = example();
    let image = qr.svg("A \"QR\" <code> & more");
    assert!(image.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
    assert!(
        image.contains(" role=\"img\"><title>A &quot;QR&quot; &lt;code&gt; &amp; more</title>")
    );
    assert!(image.ends_with("</svg>"));
    assert_eq!(image.matches("http").count(), 1, "only the name space");
    for loads in ["href", "url(", "<script", "<image", "<style", " on"] {
        assert!(!image.contains(loads), "{loads}");
    }
}

#[test]
fn terminal_is_read_back() {
    let (uri, qr) = example();
    let modules = usize::from(qr.size()) + 8;
    for style in STYLES {
        let text = qr.terminal(style);
        assert!(text.ends_with('\n'));
        assert_eq!(text.contains('\u{1b}'), style == TerminalStyle::Ansi);
        let picture = terminal(&text, style);
        assert_eq!((picture.width, picture.height()), (modules, modules + 1));
        assert!(picture.border_is_light(4));
        assert_eq!(picture.decode(4), **uri.to_uri(), "{style:?}");
    }
}

#[test]
fn a_long_uri_does_not_fit() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let read = |len| {
        let text = format!("otpauth://totp/a?secret={secret}&x={}", "a".repeat(len));
        let uri = KeyUri::parse(&text).expect("it is read");
        let length = uri.to_uri().len();
        uri.qr().map(|qr| (length, qr.size()))
    };
    let fixed = "otpauth://totp/a?secret=&x=".len() + secret.len();
    assert_eq!(read(2331 - fixed), Ok((2331, 177)));
    assert_eq!(read(2332 - fixed), Err(QrError::TooLong));
}

#[test]
fn svg_is_small() {
    // 126 bytes, the length for which fast_qr's own SVG takes 15.4 KB.
    let secret = Secret::from_bytes(b"12345678901234567890").expect("length is in range");
    let uri = KeyUri::totp(&secret, "Example Corporation", "alice.li@example.com");
    let uri = uri.build().expect("names are fine");
    assert_eq!(uri.to_uri().len(), 126);
    let bytes = uri.qr().expect("it fits").svg("QR code").len();
    assert!(bytes < 15_400 * 6 / 10, "{bytes}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the names and the parameters, the symbol says what the URI says, in every form.
    #[test]
    fn every_uri_is_read_back(
        bytes in prop::collection::vec(any::<u8>(), 16..=64),
        issuer in "[^:\\p{Cc}\\s]{1,30}",
        account in "[^:\\p{Cc}\\s]{1,60}",
        eight in any::<bool>(),
    ) {
        let secret = Secret::from_bytes(&bytes)?;
        let mut params = Params::default().with_algorithm(Algorithm::Sha512);
        if eight {
            params = params.with_digits(Digits::Eight);
        }
        let uri = KeyUri::totp(&secret, &issuer, &account).params(params).build()?;
        let qr = uri.qr()?;
        let want = uri.to_uri();
        prop_assert_eq!(&rows(&qr).decode(4), &*want);
        prop_assert_eq!(&svg(&qr.svg("QR code")).dark, &rows(&qr).dark);
        prop_assert_eq!(&png(&qr.png(PngScale::new(1).expect("in range"))?).dark, &rows(&qr).dark);
        for style in STYLES {
            let shown = terminal(&qr.terminal(style), style);
            prop_assert!(shown.dark.starts_with(&rows(&qr).dark));
        }
    }
}
