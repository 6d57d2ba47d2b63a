//! Whose a code is, what for, and by which address.

use mfakit_activation::{Activation, ClaimError, IssueError, Purpose, RedeemError};

use crate::support::{Service, address, user};

/// act-to-other-address: one user's code is not another's.
#[test]
fn a_state_of_another_user_is_refused_whatever_is_entered() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    let writes = service.writes;
    service.user = user("mallory");
    assert_eq!(
        service.claim(&code, "browser", 1),
        Err(ClaimError::UserMismatch)
    );
    assert_eq!(service.redeem("browser", 1), Err(RedeemError::UserMismatch));
    assert_eq!(
        service.try_issue(60).map(drop),
        Err(IssueError::UserMismatch)
    );
    assert_eq!(service.writes, writes);
}

/// The user is in the keyed hash as well: a state that names another one does not help.
#[test]
fn a_code_hash_moved_to_another_user_does_not_match() {
    let mut service = Service::new();
    let code = service.issue(0);
    // As if somebody had edited the row: the same bytes with another user's id of the same length.
    let mut bytes = service.stored.clone();
    let of_another = Activation::new(user("alicf")).to_bytes();
    bytes[..7].copy_from_slice(&of_another[..7]);
    service.stored = with_new_check(bytes);
    service.user = user("alicf");
    assert_eq!(
        service.claim(&code, "browser", 1),
        Err(ClaimError::CodeMismatch { tries_left: 4 })
    );
}

fn with_new_check(mut bytes: Vec<u8>) -> Vec<u8> {
    use sha2::Digest as _;
    bytes.truncate(bytes.len() - 4);
    let check = sha2::Sha256::digest(&bytes);
    bytes.extend_from_slice(&check[..4]);
    bytes
}

/// Requirement 38: a code for one purpose is none for another.
#[test]
fn a_code_for_another_purpose_is_no_code() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    for purpose in [
        Purpose::AddBrowser,
        Purpose::ConfirmAddress,
        Purpose::ResetPin,
    ] {
        service.purpose = purpose;
        assert_eq!(
            service.claim(&code, "browser", 1),
            Err(ClaimError::NoPendingCode)
        );
        assert_eq!(
            service.redeem("browser", 1),
            Err(RedeemError::NoPendingCode)
        );
    }
    // Nor where one of that purpose is pending.
    service.purpose = Purpose::ResetPin;
    service.issue(60);
    assert_eq!(
        service.claim(&code, "browser", 61),
        Err(ClaimError::CodeMismatch { tries_left: 4 })
    );
}

/// act-email-changed: a code is void once its address is no longer the user's.
#[test]
fn a_changed_address_voids_the_code_for_good() {
    let mut service = Service::new();
    let code = service.issue(0);
    service.address = address("new@example.com");
    assert_eq!(
        service.claim(&code, "browser", 1),
        Err(ClaimError::NoPendingCode)
    );
    service.address = address("alice@example.com");
    assert_eq!(
        service.claim(&code, "browser", 2),
        Err(ClaimError::NoPendingCode),
        "changed back"
    );
}

#[test]
fn an_address_changed_during_the_set_up_voids_the_claim() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    service.address = address("new@example.com");
    assert_eq!(
        service.redeem("browser", 2),
        Err(RedeemError::NoPendingCode)
    );
    service.address = address("alice@example.com");
    assert_eq!(
        service.redeem("browser", 3),
        Err(RedeemError::NoPendingCode)
    );
}

/// The address that is proven is the one that the code was sent to.
#[test]
fn what_is_redeemed_names_the_address_of_the_issue() {
    let mut service = Service::new();
    service.purpose = Purpose::ConfirmAddress;
    service.address = address("Second.Mailbox@example.org");
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    assert_eq!(
        service.redeem("browser", 2),
        Ok(address("Second.Mailbox@example.org"))
    );
}
