#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mfakit_fuzz::authenticator_data(data));
