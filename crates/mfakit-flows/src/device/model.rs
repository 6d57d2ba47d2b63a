//! Names of some models, for devices that their owner did not name.
//!
//! An AAGUID is what an authenticator says of itself: good for a label, and for nothing else. The
//! models are those that people meet most; the [community's list] has all that are known.
//!
//! [community's list]: https://github.com/passkeydeveloper/passkey-authenticator-aaguids

use mfakit_webauthn::Aaguid;

/// Returns the name that a model is known by.
pub(super) fn name_of(model: Aaguid) -> Option<&'static str> {
    MODELS
        .iter()
        .find(|(aaguid, _)| *aaguid == u128::from_be_bytes(model.0))
        .map(|(_, name)| *name)
}

const MODELS: [(u128, &str); 14] = [
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain"),
    (
        0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4,
        "Google Password Manager",
    ),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
];

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn a_model_is_found_by_its_bytes_as_they_are_written() {
        let model = Aaguid([
            0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40, 0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e,
            0x83, 0x49,
        ]);
        assert_eq!(model.to_string(), "d548826e-79b4-db40-a3d8-11116f7e8349");
        assert_eq!(name_of(model), Some("Bitwarden"));
        assert_eq!(name_of(Aaguid::ZERO), None);
    }
}
