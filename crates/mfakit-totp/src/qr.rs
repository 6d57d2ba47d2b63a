//! QR codes of key URIs.
//!
//! What is drawn is the secret. Everything here is wiped on drop; the working memory of `fast_qr`,
//! which makes the symbol, is not.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use fast_qr::{ECL, QRBuilder};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::uri::KeyUri;

#[cfg(feature = "png")]
mod png;
mod svg;
mod terminal;

#[cfg(feature = "png")]
pub use png::PngScale;
pub use terminal::TerminalStyle;

/// The light border that ISO/IEC 18004 section 9.1 demands, in modules.
const QUIET_ZONE: u8 = 4;

/// The QR code of a key URI, ready to be drawn. Not printed, not cloned, wiped on drop.
///
/// With error correction of level M, of which a sixth may be unreadable: the usual choice for
/// screens, where a smaller symbol with larger modules helps more than the higher levels.
///
/// # Security
///
/// The drawing is the secret: show it once, over TLS, with `Cache-Control: no-store`, and send it
/// to no other service.
pub struct QrCode {
    /// One module a byte, row by row; 1 is dark.
    modules: Zeroizing<Vec<u8>>,
    size: u8,
}

impl QrCode {
    /// Makes the symbol.
    ///
    /// # Errors
    ///
    /// [`QrError::TooLong`] if the URI does not fit into the largest symbol: 2331 bytes.
    pub fn new(uri: &KeyUri) -> Result<Self, QrError> {
        Self::encode(uri.to_uri().as_bytes())
    }

    fn encode(text: &[u8]) -> Result<Self, QrError> {
        let symbol = QRBuilder::new(text).ecl(ECL::M).build();
        let symbol = symbol.map_err(|_| QrError::TooLong)?;
        // The largest symbol has 177 modules a side.
        let size = u8::try_from(symbol.size).map_err(|_| QrError::TooLong)?;
        let count = usize::from(size).saturating_mul(size.into());
        let mut modules = Zeroizing::new(Vec::with_capacity(count));
        modules.extend(
            symbol
                .data
                .iter()
                .take(count)
                .map(|module| u8::from(module.value())),
        );
        Ok(Self { modules, size })
    }

    /// Returns the number of modules on each side, without the quiet zone.
    #[must_use]
    pub const fn size(&self) -> u8 {
        self.size
    }

    /// Returns the modules row by row, true where dark, for those who draw themselves. Leave four
    /// light modules around them.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = bool>> {
        self.modules
            .chunks_exact(self.size.into())
            .map(|row| row.iter().map(|module| *module == 1))
    }

    /// Draws it as an SVG image of its own size, one unit a module, quiet zone included, which
    /// scales to any size. Put it into a page as it is, or serve it as `image/svg+xml`.
    ///
    /// # Inputs
    ///
    /// `title`: what it is, in the user's language, for those who do not see it. Not the key: that
    /// belongs next to the image.
    ///
    /// # Examples
    ///
    /// ```
    /// # let secret = mfakit_totp::Secret::from_bytes(&[7; 20])?;
    /// # let uri = mfakit_totp::KeyUri::totp(&secret, "Example", "alice").build()?;
    /// let svg = uri.qr()?.svg("QR code for your authenticator app");
    /// assert!(svg.contains("<title>QR code for your authenticator app</title>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn svg(&self, title: &str) -> Zeroizing<String> {
        svg::draw(self, title)
    }

    /// Draws it as a black-and-white PNG image, quiet zone included.
    ///
    /// Safari and other Apple software offer to set up a code for raster images only.
    ///
    /// # Errors
    ///
    /// [`QrError::Png`] if the encoder refuses, which it has no reason to.
    #[cfg(feature = "png")]
    #[cfg_attr(docsrs, doc(cfg(feature = "png")))]
    pub fn png(&self, scale: PngScale) -> Result<Zeroizing<Vec<u8>>, QrError> {
        png::draw(self, scale)
    }

    /// Returns [`QrCode::png`] as a `data:` URI, for the `src` of an `<img>`.
    ///
    /// # Errors
    ///
    /// As [`QrCode::png`].
    #[cfg(feature = "png")]
    #[cfg_attr(docsrs, doc(cfg(feature = "png")))]
    pub fn png_data_uri(&self, scale: PngScale) -> Result<Zeroizing<String>, QrError> {
        png::data_uri(self, scale)
    }

    /// Draws it with characters, two modules each, quiet zone included; every line ends with a line
    /// feed.
    #[must_use]
    pub fn terminal(&self, style: TerminalStyle) -> Zeroizing<String> {
        terminal::draw(self, style)
    }

    /// The modules on each side, with the quiet zone.
    fn full_size(&self) -> u16 {
        u16::from(self.size).saturating_add(u16::from(2 * QUIET_ZONE))
    }
}

impl ZeroizeOnDrop for QrCode {}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrCode")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Why a QR code cannot be drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum QrError {
    /// The PNG encoder refused.
    Png,
    /// The URI does not fit into a QR code.
    TooLong,
}

impl fmt::Display for QrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG encoder refused the image",
            Self::TooLong => "key URI does not fit into a QR code",
        })
    }
}

impl core::error::Error for QrError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_symbol_holds_2331_bytes() {
        let size = |len| QrCode::encode(&std::vec![b'a'; len]).map(|qr| qr.size());
        assert_eq!(size(1), Ok(21));
        assert_eq!(size(2331), Ok(177));
        assert_eq!(size(2332), Err(QrError::TooLong));
        assert_eq!(size(100_000), Err(QrError::TooLong));
    }
}
