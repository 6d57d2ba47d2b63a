#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mfakit_fuzz::ctap2_get_assertion(data));
