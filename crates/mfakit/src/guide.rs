//! The README of the repository and its guide: each of their examples is compiled and run.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../../docs/guide/start.md")]
struct Start;

#[doc = include_str!("../../../docs/guide/several-devices.md")]
struct SeveralDevices;

#[doc = include_str!("../../../docs/guide/security-keys.md")]
struct SecurityKeys;

#[doc = include_str!("../../../docs/guide/sessions.md")]
struct Sessions;

#[doc = include_str!("../../../docs/guide/storage.md")]
struct Storage;

#[doc = include_str!("../../../docs/guide/operations.md")]
struct Operations;

#[doc = include_str!("../../../docs/guide/testing-your-service.md")]
struct TestingYourService;

#[doc = include_str!("../../../docs/guide/faq.md")]
struct Faq;
