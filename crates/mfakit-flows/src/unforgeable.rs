//! What must not compile: copies and forgeries of verdicts. Each block fails for the reason that
//! its error code names, and the first one shows that the harness itself compiles.

/// ```
/// fn clones<T: Clone>() {}
/// fn encodes<T: minicbor::Encode<()>>() {}
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// clones::<mfakit_flows::DeviceId>();
/// encodes::<mfakit_flows::DeviceId>();
/// decodes::<mfakit_flows::DeviceId>();
/// ```
struct Control;

/// Nobody copies, encodes or decodes a session.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::SessionGrant>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::SessionGrant>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::SessionGrant>();
/// ```
struct SessionGrant;

/// Nobody copies, encodes or decodes a session on its way back.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::StoredGrant>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::StoredGrant>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::StoredGrant>();
/// ```
struct StoredGrant;

/// Nobody copies, encodes or decodes a sign-in under way.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::PendingSignIn>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::PendingSignIn>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::PendingSignIn>();
/// ```
struct PendingSignIn;

/// Nobody copies, encodes or decodes a set-up.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::TotpSetup>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::TotpSetup>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::TotpSetup>();
/// ```
struct TotpSetup;

/// Nobody copies, encodes or decodes an enrollment.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::Enrolled>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::Enrolled>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::Enrolled>();
/// ```
struct Enrolled;

/// Nobody copies, encodes or decodes a key that is being set up.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::KeyRegistration>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::KeyRegistration>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::KeyRegistration>();
/// ```
struct KeyRegistration;

/// Nobody copies, encodes or decodes a sign-in with a key under way.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::KeyAssertion>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::KeyAssertion>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::KeyAssertion>();
/// ```
struct KeyAssertion;

/// Nobody copies, encodes or decodes a key that was verified.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::VerifiedKey>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::VerifiedKey>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::VerifiedKey>();
/// ```
struct VerifiedKey;

/// Nobody copies, encodes or decodes a requirement that was met.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::Met>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::Met>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::Met>();
/// ```
struct Met;

/// Nobody copies, encodes or decodes a record.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::UserRecord>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::UserRecord>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::UserRecord>();
/// ```
struct UserRecord;

/// Nobody makes a verdict out of nothing.
///
/// ```compile_fail,E0451
/// fn forge(user: mfakit_core::UserId, requirement: mfakit_flows::Requirement) {
///     let met = mfakit_flows::Met { user, requirement };
/// }
/// ```
/// ```compile_fail,E0639
/// fn forge(grant: mfakit_flows::SessionGrant, device: mfakit_flows::DeviceId) {
///     let enrolled = mfakit_flows::Enrolled { grant, device, first: true };
/// }
/// ```
/// ```compile_fail,E0624
/// fn forge(user: mfakit_core::UserId, session: mfakit_flows::SessionId) {
///     let grant = mfakit_flows::SessionGrant::new(user, session);
/// }
/// ```
/// ```compile_fail,E0624
/// fn forge(stored: mfakit_flows::StoredGrant) -> mfakit_flows::SessionGrant {
///     stored.into_grant()
/// }
/// ```
struct Forgery;

/// Nobody makes a verified key out of nothing, nor widens a session or a proof.
///
/// ```compile_fail,E0451
/// fn forge(credential: mfakit_webauthn::NewCredential) {
///     let key = mfakit_flows::VerifiedKey { credential };
/// }
/// ```
/// ```compile_fail,E0624
/// fn widen(grant: mfakit_flows::SessionGrant) -> mfakit_flows::SessionGrant {
///     grant.with_scope(mfakit_flows::Scope::Full)
/// }
/// ```
/// ```compile_fail,E0624
/// fn prove(grant: &mfakit_flows::SessionGrant, proof: mfakit_flows::Proof) {
///     let wider = mfakit_flows::SessionGrant::with_proof(grant, proof);
/// }
/// ```
struct KeyForgery;

/// Nobody copies, encodes or decodes new recovery codes.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::RecoveryCodes>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::RecoveryCodes>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::RecoveryCodes>();
/// ```
struct RecoveryCodes;

/// Nobody copies, encodes or decodes the code of a reset.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::ResetTicket>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::ResetTicket>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::ResetTicket>();
/// ```
struct ResetTicket;

/// Nobody copies, encodes or decodes what cancels a reset.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::ResetCancellation>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::ResetCancellation>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::ResetCancellation>();
/// ```
struct ResetCancellation;

/// Nobody copies, encodes or decodes a review that was finished.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::Reviewed>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::Reviewed>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::Reviewed>();
/// ```
struct Reviewed;

/// Nobody copies, encodes or decodes a code that was typed.
///
/// ```compile_fail,E0277
/// fn clones<T: Clone>() {}
/// clones::<mfakit_flows::TypedRecoveryCode>();
/// ```
/// ```compile_fail,E0277
/// fn encodes<T: minicbor::Encode<()>>() {}
/// encodes::<mfakit_flows::TypedRecoveryCode>();
/// ```
/// ```compile_fail,E0277
/// fn decodes<T: for<'b> minicbor::Decode<'b, ()>>() {}
/// decodes::<mfakit_flows::TypedRecoveryCode>();
/// ```
struct TypedRecoveryCode;

/// Nobody makes codes, tickets or their cancellation out of nothing.
///
/// ```compile_fail,E0624
/// fn forge(code: &mfakit_flows::TypedRecoveryCode) {
///     let codes = mfakit_flows::RecoveryCodes::of(core::slice::from_ref(code));
/// }
/// ```
/// ```compile_fail,E0624
/// fn forge(code: &mfakit_flows::TypedRecoveryCode, expires: mfakit_core::UnixTime) {
///     let ticket = mfakit_flows::ResetTicket::of(code, expires);
/// }
/// ```
/// ```compile_fail,E0624
/// fn forge(user: mfakit_core::UserId, ticket: mfakit_flows::TicketId) {
///     let cancellation = mfakit_flows::ResetCancellation::new(user, ticket);
/// }
/// ```
/// ```compile_fail,E0624
/// fn prove(at: mfakit_core::UnixTime) {
///     let proof = mfakit_flows::Proof::recovery_code(at);
/// }
/// ```
/// ```compile_fail,E0639
/// fn finish(grant: mfakit_flows::SessionGrant, codes: mfakit_flows::RecoveryCodes) {
///     let reviewed = mfakit_flows::Reviewed { grant, codes, removed: 0 };
/// }
/// ```
struct PaperForgery;

/// A half-signed-in user is not a signed-in one.
///
/// ```compile_fail,E0308
/// fn misuse(
///     record: mfakit_flows::UserRecord,
///     pending: &mfakit_flows::PendingSignIn,
///     context: &mfakit_flows::Context<'_>,
///     rng: &mut chacha20::ChaCha20Rng,
/// ) {
///     let _ = record.disable(pending, context, rng);
/// }
/// ```
struct Misuse;
