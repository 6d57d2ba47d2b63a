//! PNG, one bit a pixel.

use alloc::string::String;
use alloc::vec::Vec;
use core::iter::repeat_n;
use std::io::Write as _;

use base64ct::{Base64, Encoding as _};
use png::{BitDepth, ColorType, Encoder};
use zeroize::Zeroizing;

use super::{QUIET_ZONE, QrCode, QrError};

/// How many pixels each module has on a side: 1 to 40, by default 8.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PngScale(u8);

impl PngScale {
    /// The largest scale. A symbol at it fills any screen, and the image stays below 7 MB in
    /// memory.
    pub const MAX: u8 = 40;

    /// Makes a scale from a number of pixels, or returns `None` unless they are 1 to 40.
    #[must_use]
    pub const fn new(pixels: u8) -> Option<Self> {
        match pixels {
            1..=Self::MAX => Some(Self(pixels)),
            _ => None,
        }
    }
}

impl Default for PngScale {
    fn default() -> Self {
        Self(8)
    }
}

pub(super) fn draw(qr: &QrCode, scale: PngScale) -> Result<Zeroizing<Vec<u8>>, QrError> {
    let pixels = u32::from(qr.full_size()).saturating_mul(scale.0.into());
    let line_bytes = usize::try_from(pixels.div_ceil(8)).map_err(|_| QrError::Png)?;

    // Compressed, it is a fraction of this; growing would leave pieces of the secret behind.
    let lines = usize::try_from(pixels).map_err(|_| QrError::Png)?;
    let room = line_bytes
        .saturating_add(1)
        .saturating_mul(lines)
        .saturating_add(1024);
    let mut image = Zeroizing::new(Vec::with_capacity(room));
    let mut encoder = Encoder::new(&mut *image, pixels, pixels);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    write(encoder, qr, scale, line_bytes).map_err(|_| QrError::Png)?;
    Ok(image)
}

fn write(
    encoder: Encoder<'_, &mut Vec<u8>>,
    qr: &QrCode,
    scale: PngScale,
    line_bytes: usize,
) -> Result<(), png::EncodingError> {
    let mut writer = encoder.write_header()?;
    let mut pixels = writer.stream_writer()?;

    let quiet_lines = usize::from(QUIET_ZONE).saturating_mul(scale.0.into());
    let light = Zeroizing::new(Vec::from_iter(repeat_n(0xff, line_bytes)));
    for _ in 0..quiet_lines {
        pixels.write_all(&light)?;
    }
    let mut line = Zeroizing::new(Vec::with_capacity(line_bytes));
    for row in qr.rows() {
        line.clear();
        pack(&mut line, row, scale);
        for _ in 0..scale.0 {
            pixels.write_all(&line)?;
        }
    }
    for _ in 0..quiet_lines {
        pixels.write_all(&light)?;
    }
    pixels.finish()?;
    writer.finish()
}

/// One line of pixels, eight a byte, the first in the highest bit; 1 is white.
fn pack(line: &mut Vec<u8>, row: impl Iterator<Item = bool>, scale: PngScale) {
    let light = || repeat_n(false, QUIET_ZONE.into());
    let modules = light().chain(row).chain(light());
    let mut pixels = modules.flat_map(|dark| repeat_n(u8::from(!dark), scale.0.into()));
    while let Some(first) = pixels.next() {
        let rest = pixels.by_ref().chain(core::iter::repeat(1)).take(7);
        line.push(rest.fold(first, |byte, pixel| (byte << 1) | pixel));
    }
}

pub(super) fn data_uri(qr: &QrCode, scale: PngScale) -> Result<Zeroizing<String>, QrError> {
    let image = draw(qr, scale)?;
    let encoded = Zeroizing::new(Base64::encode_string(&image));
    let mut uri = Zeroizing::new(String::with_capacity(encoded.len().saturating_add(32)));
    uri.push_str("data:image/png;base64,");
    uri.push_str(&encoded);
    Ok(uri)
}
