//! The table of names.
//!
//! Passkey providers by the name that the community's list of their AAGUIDs gives them, security
//! keys by the name under which their makers registered them with the FIDO Alliance, without the
//! words that tell people nothing. Editions that differ in nothing a person sees share a name.

use super::Aaguid;

/// Returns the name of a model.
pub(super) fn of(aaguid: Aaguid) -> Option<&'static str> {
    NAMES
        .binary_search_by_key(&aaguid, |(known, _)| *known)
        .ok()
        .and_then(|position| NAMES.get(position))
        .map(|(_, name)| *name)
}

macro_rules! names {
    ($($text:literal => $name:literal,)*) => {
        &[$((Aaguid::parse($text).unwrap(), $name),)*]
    };
}

/// By ascending AAGUID.
const NAMES: &[(Aaguid, &str)] = names! {
    "08987058-cadc-4b81-b6e1-30de50dcbe96" => "Windows Hello",
    "0bb43545-fd2c-4185-87dd-feb0b2916ace" => "Security Key NFC by Yubico - Enterprise Edition",
    "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6" => "Keeper",
    "12755c32-8ad1-46eb-881c-e0b38d848b09" => "Feitian ePass FIDO",
    "12ded745-4bed-47d4-abaa-e713f51d6393" => "Feitian AllinOne",
    "149a2021-8ef6-4133-96b8-81f8d5b7f1f5" => "Security Key by Yubico with NFC",
    "19083c3d-8383-4b18-bc03-8f1c9ab2fd1b" => "YubiKey 5 Series",
    "1ac71f64-468d-4fe0-bef1-0e5f2f551f18" => "YubiKey 5 Series with NFC",
    "1d8cac46-47a1-3386-af50-e88ae46fe802" => "Ledger Flex",
    "20ac7a17-c814-4833-93fe-539f0d5e3389" => "YubiKey 5 Series",
    "234cd403-35a2-4cc2-8015-77ea280c77f5" => "Feitian ePass FIDO2-NFC Series",
    "24673149-6c86-42e7-98d9-433fb5b73296" => "YubiKey 5 Series with Lightning",
    "260e3021-482d-442d-838c-7edfbe153b7e" => "Feitian ePass FIDO2-NFC Plus",
    "2bff89f2-323a-48fc-b7c8-9ff7fe87c07e" => "Feitian BioPass FIDO2 Pro",
    "2c0df832-92de-4be1-8412-88a8f074df4a" => "Feitian FIDO Smart Card",
    "2cd2f727-f6ca-44da-8f48-5c2e5da000a2" => "Nitrokey 3 AM",
    "2fc0579f-8113-47ea-b116-bb5a8db9202a" => "YubiKey 5 Series with NFC",
    "341e4da9-3c2e-8103-5a9f-aad887135200" => "Ledger Nano S",
    "34744913-4f57-4e6e-a527-e9ec3c4b94e6" => "YubiKey Bio Series - Multi-protocol Edition",
    "39589099-9a75-49fc-afaa-801ca211c62a" => "Feitian ePass FIDO-NFC",
    "3a662962-c6d4-4023-bebb-98ae92e78e20" => "YubiKey 5 FIPS Series with Lightning",
    "3aa78eb1-ddd8-46a8-a821-8f8ec57a7bd5" => "YubiKey 5 CCN Series with NFC",
    "3b24bf49-1d45-4484-a917-13175df0867b" => "YubiKey 5 Series with Lightning",
    "3e22415d-7fdf-4ea4-8a0c-dd60c4249b9d" => "Feitian iePass FIDO",
    "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3" => "Google Titan Security Key v2",
    "42df17de-06ba-4177-a2bb-6701be1380d6" => "Feitian BioPass FIDO2 Plus",
    "4599062e-6926-4fe7-9566-9e8fb1aedaa0" => "YubiKey 5 Series",
    "47ab2fb4-66ac-4184-9ae1-86be814012d5" => "Security Key NFC by Yubico - Enterprise Edition",
    "4c0cf95d-2f40-43b5-ba42-4c83a11c04ba" => "Feitian BioPass FIDO2 Pro",
    "4fc84f16-2545-4e53-b8fc-7bf4d7282a10" => "YubiKey 5 CCN Series with NFC",
    "50726f74-6f6e-5061-7373-50726f746f6e" => "Proton Pass",
    "531126d6-e717-415c-9320-3d9aa6981239" => "Dashlane",
    "53414d53-554e-4700-0000-000000000000" => "Samsung Pass",
    "57f7de54-c807-4eab-b1c6-1c9be7984e92" => "YubiKey 5 FIPS Series",
    "58b44d0b-0a7c-f33a-fd48-f7153c871352" => "Ledger Nano S Plus",
    "5d629218-d3a5-11ed-afa1-0242ac120002" => "Swissbit iShield Key Pro",
    "5eaff75a-dd43-451f-af9f-87c9eeae293e" => "Swissbit iShield Key 2 FIPS Enterprise",
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2" => "Windows Hello",
    "662ef48a-95e2-4aaa-a6c1-5b9c40375824" => "YubiKey 5 Series with NFC - Enhanced PIN",
    "6ab56fad-881f-4a43-acb2-0be065924522" => "YubiKey 5 Series with NFC",
    "6d44ba9b-f6ec-2e49-b930-0c8fe920cb73" => "Security Key by Yubico with NFC",
    "6e24d385-004a-16a0-7bfe-efd963845b34" => "Ledger Stax",
    "6ec5cff2-a0f9-4169-945b-f33b563f7b99" => "YubiKey Bio Series - Multi-protocol Edition",
    "72c6b72d-8512-4c66-8359-9d3d10d9222f" => "Security Key NFC by Yubico - Enterprise Edition",
    "73bb0cd4-e502-49b8-9c6f-b59445bf720b" => "YubiKey 5 FIPS Series",
    "7409272d-1ff9-4e10-9fc9-ac0019c124fd" => "YubiKey Bio Series - FIDO Edition",
    "77010bd7-212a-4fc9-b236-d2ca5e9d4084" => "Feitian BioPass",
    "771b48fd-d3d4-4f74-9232-fc157ab0507a" => "Edge on Mac",
    "7787a482-13e8-4784-8a06-c7ed49a7aaf4" => "Swissbit iShield Key 2",
    "78ba3993-d784-4f44-8d6e-cc0a8ad5230e" => "Feitian ePass FIDO-NFC",
    "79f3c8ba-9e35-484b-8f47-53a5a0f5c630" => "YubiKey 5 FIPS Series with NFC",
    "7b96457d-e3cd-432b-9ceb-c9fdd7ef7432" => "YubiKey 5 FIPS Series with Lightning",
    "7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3" => "YubiKey Bio Series - Multi-protocol Edition",
    "817cdab8-0d51-4de1-a821-e25b88519cf3" => "Swissbit iShield Key 2 FIPS",
    "833b721a-ff5f-4d00-bb2e-bdda3ec01e29" => "Feitian ePass",
    "83c47309-aabb-4108-8470-8be838b573cb" => "YubiKey Bio Series - FIDO Edition",
    "85203421-48f9-4355-9bc8-8a53846e5083" => "YubiKey 5 FIPS Series with Lightning",
    "8876631b-d4a0-427f-5773-0ec71c9e0279" => "Solo",
    "8976631b-d4a0-427f-5773-0ec71c9e0279" => "Solo Tap",
    "8c39ee86-7f9a-4a95-9ba3-f6b097e5c2ee" => "YubiKey Bio Series - FIDO Edition",
    "905b4cb4-ed6f-4da9-92fc-45e0d4e9b5c7" => "YubiKey 5 FIPS Series",
    "90636e1f-ef82-43bf-bdcf-5255f139d12f" => "YubiKey Bio Series - Multi-protocol Edition",
    "931327dd-c89b-406c-a81e-ed7058ef36c6" => "Swissbit iShield Key FIDO2",
    "97e6a830-c952-4740-95fc-7c78dc97ce47" => "YubiKey Bio Series - Multi-protocol Edition",
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9" => "Windows Hello",
    "9ff4cc65-6154-4fff-ba09-9e2af7882ad2" => "Security Key NFC by Yubico - Enterprise Edition",
    "a02140b7-0cbd-42e1-a9b5-a39da2545114" => "Feitian BioPass FIDO2 Plus",
    "a02167b9-ae71-4ac7-9a07-06432ebb6f1c" => "YubiKey 5 Series with Lightning",
    "a25342c0-3cdc-4414-8e46-f4807fca511c" => "YubiKey 5 Series with NFC",
    "a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa" => "Security Key NFC by Yubico",
    "ab32f0c6-2239-afbb-c470-d2ef4e254db7" => "Token2 FIDO2 Security Key",
    "ad08c78a-4e41-49b9-86a2-ac15b06899e2" => "YubiKey Bio Series - FIDO Edition",
    "adce0002-35bc-c60a-648b-0b25f1f05503" => "Chrome on Mac",
    "b2c1a50b-dad8-4dc7-ba4d-0ce9597904bc" => "YubiKey 5 Series with NFC - Enhanced PIN",
    "b35a26b2-8f6e-4697-ab1d-d44db4da28c6" => "Zoho Vault",
    "b5397666-4885-aa6b-cebf-e52262a439a2" => "Chromium Browser",
    "b6ede29c-3772-412c-8a78-539c1f4c62d2" => "Feitian BioPass FIDO2 Plus",
    "b78a0a55-6ef8-d246-a042-ba0f6d55050c" => "LastPass",
    "b7d3f68e-88a6-471e-9ecf-2df26d041ede" => "Security Key NFC by Yubico",
    "b84e4048-15dc-4dd0-8640-f4f60813c8af" => "NordPass",
    "b90e7dc1-316e-4fee-a25a-56a666a670fe" => "YubiKey 5 Series with Lightning",
    "b92c3f9a-c014-4056-887f-140a2501163b" => "Security Key by Yubico",
    "bada5566-a7aa-401f-bd96-45619a55120d" => "1Password",
    "c1f9a0bc-1dd2-404a-b27f-8e29047a43fd" => "YubiKey 5 FIPS Series with NFC",
    "c5ef55ff-ad9a-4b9f-b580-adebafe026d0" => "YubiKey 5 Series with Lightning",
    "cb69481e-8ff7-4039-93ec-0a2729a154a8" => "YubiKey 5 Series",
    "d548826e-79b4-db40-a3d8-11116f7e8349" => "Bitwarden",
    "d7781e5d-e353-46aa-afe2-3ca49f13332a" => "YubiKey 5 Series with NFC",
    "d8522d9f-575b-4866-88a9-ba99fa02f35b" => "YubiKey Bio Series - FIDO Edition",
    "dd4ec289-e01d-41c9-bb89-70fa845d4bf2" => "iCloud Keychain (Managed)",
    "dd86a2da-86a0-4cbe-b462-4bd31f57bc6f" => "YubiKey Bio Series - FIDO Edition",
    "de503f9c-21a4-4f76-b4b7-558eb55c6f89" => "Devolutions",
    "e400ef8c-711d-4692-af46-7f2cf7da23ad" => "Swissbit iShield Key 2 Enterprise",
    "e77e3c64-05e3-428b-8824-0cbeb04b829d" => "Security Key NFC by Yubico",
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4" => "Google Password Manager",
    "eabb46cc-e241-80bf-ae9e-96fa6d2975cf" => "Token2 PIN Plus Security Key Series",
    "eaecdef2-1c31-5634-8639-f1cbd9c00a08" => "KeePassDX",
    "ed042a3a-4b22-4455-bb69-a267b652ae7e" => "Security Key NFC by Yubico - Enterprise Edition",
    "ee041bce-25e5-4cdb-8f86-897fd6418464" => "Feitian ePass FIDO2-NFC",
    "ee882879-721c-4913-9775-3dfcce97072a" => "YubiKey 5 Series",
    "f3809540-7f14-49c1-a8b3-8f813b225541" => "Enpass",
    "f8a011f3-8c0a-4d15-8006-17111f9edc7d" => "Security Key by Yubico",
    "fa2b99dc-9e39-4257-8f92-4a30d23c4118" => "YubiKey 5 Series with NFC",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd" => "Apple Passwords",
    "fcb1bcb4-f370-078c-6993-bc24d0ae3fbe" => "Ledger Nano X",
    "fcc0118f-cd45-435b-8da1-9782b2da0715" => "YubiKey 5 FIPS Series with NFC",
    "fdb141b2-5d84-443e-8a35-4698c205a502" => "KeePassXC",
    "ff4dac45-ede8-4ec2-aced-cf66103f4335" => "YubiKey 5 Series",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_complete() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        for (aaguid, name) in NAMES {
            assert_eq!(aaguid.name(), Some(*name));
            assert!(!name.is_empty() && name.trim() == *name);
        }
        assert_eq!(Aaguid([0xaa; 16]).name(), None);
    }

    #[test]
    fn the_names_that_people_meet_most_are_known() {
        let cases = [
            ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "Apple Passwords"),
            (
                "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4",
                "Google Password Manager",
            ),
            ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
            ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
            ("cb69481e-8ff7-4039-93ec-0a2729a154a8", "YubiKey 5 Series"),
        ];
        for (text, name) in cases {
            let aaguid: Aaguid = text.parse().unwrap();
            assert_eq!(aaguid.name(), Some(name));
        }
    }
}
